import type { CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import type { LockOptions, PluginName, PluginSettings } from "@aomori/plugins";
import type { PluginsRoom } from "./open-plugins.ts";
import { openPluginsRoom } from "./open-plugins.ts";
import { stateFields } from "./plugin-fields.ts";

type Change = (
  room: PluginsRoom,
  name: PluginName,
  options: LockOptions,
) => Promise<PluginSettings>;

/** Changes what is decided about a plugin beside its versions; answers with the plugin as it then is. */
export async function changeSettings(
  request: CommandRequest,
  action: string,
  change: Change,
): Promise<unknown> {
  const room = await openPluginsRoom(request);
  const { kit, plugins } = room;
  const name = room.nameIn("name");
  await kit.requirePlugin(plugins, name);
  if (request.flags.dryRun) return new Plan([{ action, target: name }]);
  await change(room, name, { signal: request.signal });
  return stateFields(await kit.requirePlugin(plugins, name));
}
