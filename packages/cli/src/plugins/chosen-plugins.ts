import type { SoundPlugin } from "@aomori/plugins";
import type { CommandRequest } from "@aomori/command";
import { textsAt } from "../wire/fields.ts";
import type { PluginsRoom } from "./open-plugins.ts";

/** The named plugins, or all that are not broken. Throws `PLUGIN_NOT_FOUND`, and `PLUGIN_BROKEN` for a named one. */
export async function soundPlugins(
  { kit, plugins }: PluginsRoom,
  input: CommandRequest["input"],
): Promise<readonly SoundPlugin[]> {
  const names = textsAt(input, "name");
  if (names.length === 0) {
    const { plugins: all } = await kit.listPlugins(plugins, { limit: Number.POSITIVE_INFINITY });
    return all.filter((state): state is SoundPlugin => state.status !== "broken");
  }
  const chosen: SoundPlugin[] = [];
  for (const name of names) {
    chosen.push(await kit.requirePlugin(plugins, kit.parsePluginName(name)));
  }
  return chosen;
}
