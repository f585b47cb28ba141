import type { CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import { resolve } from "node:path";
import { coreWords } from "../derived/core-words.ts";
import { textAt } from "../wire/fields.ts";
import type { PluginsRoom } from "./open-plugins.ts";
import { installedFields } from "./plugin-fields.ts";
import { installer } from "./source.ts";
import { tellInstalled } from "./tell-journal.ts";

/** Uses a developer's directory where it lies: what is changed there runs at the next call. */
export async function linkDirectory(
  room: PluginsRoom,
  { input, context, flags, signal, tell }: CommandRequest,
  given: string,
): Promise<unknown> {
  const { kit, plugins } = room;
  const wanted = resolve(context.cwd, given);
  const { record, notices, defaultName, directory } = await kit.readLinked(wanted, {
    host: kit.currentHostPlatform(),
    ...installer(),
  });
  for (const { code, message } of notices) tell({ type: "aoi:warning", code, message });
  const name = kit.parsePluginName(textAt(input, "as") ?? defaultName, { coreCommands: coreWords });
  const mode = input["upgrade"] === true ? "upgrade" : "install";
  await kit.refuseTakenName(plugins, name, { mode });
  if (flags.dryRun) return new Plan([{ action: "link", target: name, directory }]);
  const linked = await kit.linkPlugin(
    plugins,
    name,
    directory,
    { ...record, name },
    { mode, signal },
  );
  await tellInstalled(room, linked);
  return installedFields(linked);
}
