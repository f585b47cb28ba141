import type { CommandHandler, CommandRequest } from "@aomori/command";
import { Plan } from "@aomori/command";
import { consentOf } from "../plugins/consent.ts";
import { frozen, installRequest } from "../plugins/install-request.ts";
import { linkDirectory } from "../plugins/link-directory.ts";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { openPluginsRoom } from "../plugins/open-plugins.ts";
import { installedFields } from "../plugins/plugin-fields.ts";
import { planOf } from "../plugins/plan.ts";
import { installer, openSource, proofRules } from "../plugins/source.ts";
import { tellInstalled } from "../plugins/tell-journal.ts";
import { tellPrepared } from "../plugins/tell-prepared.ts";
import { textAt } from "../wire/fields.ts";

export const handler: CommandHandler = {
  run: async (request) => {
    const room = await openPluginsRoom(request);
    const directory = textAt(request.input, "path");
    if (directory !== undefined) return await linkDirectory(room, request, directory);
    return await installFromGitHub(room, request);
  },
  graceMs: 5000,
};

async function installFromGitHub(room: PluginsRoom, command: CommandRequest): Promise<unknown> {
  const { kit, plugins } = room;
  const wanted = await installRequest(room, command);
  const { name, owner, repository } = wanted;
  const mode = command.input["upgrade"] === true ? "upgrade" : "install";
  await kit.refuseTakenName(plugins, name, { mode, repository: `${owner}/${repository}` });
  const locked = await frozen(room, command, wanted);
  await using source = await openSource(room, command);
  const rules = { ...(await proofRules(room, source.settings, command)), locked };
  const ref = locked === undefined ? wanted.ref : kit.parseRef(locked.plugin.commit);
  const prepared = await kit.prepareInstall(source.context, { ...wanted, ref });
  tellPrepared(command, prepared);
  if (command.flags.dryRun) return new Plan(planOf(prepared, mode));
  const before = await kit.inspectPlugin(plugins, name);
  const record = await kit.installPlugin(source.context, plugins, prepared, {
    mode,
    rules,
    ...installer(),
    consent: consentOf(command, prepared),
  });
  await tellInstalled(room, record, versionOf(before));
  return installedFields(record);
}

function versionOf(
  state: Awaited<ReturnType<PluginsRoom["kit"]["inspectPlugin"]>>,
): string | undefined {
  return state === undefined || state.status === "broken" ? undefined : state.record.version;
}
