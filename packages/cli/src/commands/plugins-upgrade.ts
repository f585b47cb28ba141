import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import type { InstallRequest, Newest, SoundPlugin } from "@aomori/plugins";
import { UserError, errorBody, isCodedError } from "@aomori/protocol";
import { soundPlugins } from "../plugins/chosen-plugins.ts";
import { consentOf } from "../plugins/consent.ts";
import type { PluginsRoom } from "../plugins/open-plugins.ts";
import { openPluginsRoom } from "../plugins/open-plugins.ts";
import { planOf } from "../plugins/plan.ts";
import { installedFields } from "../plugins/plugin-fields.ts";
import { policyFiles } from "../plugins/policy-files.ts";
import type { OpenedSource } from "../plugins/source.ts";
import { installer, openSource, proofRules } from "../plugins/source.ts";
import { tellInstalled } from "../plugins/tell-journal.ts";
import { tellPrepared } from "../plugins/tell-prepared.ts";
import { textsAt } from "../wire/fields.ts";

export const handler: CommandHandler = { run: upgraded, graceMs: 5000 };

async function* upgraded(command: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const all = command.input["all"] === true;
  if (all === textsAt(command.input, "name").length > 0) {
    const message =
      'name the plugins to upgrade, or add --all; "aomori plugins outdated" lists those that have a newer version';
    throw new UserError("usage", "PLUGIN_NAME_MISSING", message);
  }
  const room = await openPluginsRoom(command);
  const chosen = await soundPlugins(room, command.input);
  await using source = await openSource(room, command);
  for (const plugin of chosen) {
    try {
      if (!all) refuseFixed(plugin);
      yield* upgradeOne(room, source, command, plugin);
    } catch (error) {
      // One that fails keeps no other from its upgrade.
      if (!all || !isCodedError(error) || command.signal.aborted) throw error;
      yield { type: "aoi:error", ...errorBody(error) };
    }
  }
}

/** With `--all` these are passed over, and said to be. */
function refuseFixed({ name, pinned, kind }: SoundPlugin): void {
  if (kind === "installed" && !pinned) return;
  const [code, why] = pinned
    ? ["PLUGIN_PINNED", `is pinned; "aomori plugins pin ${name} --remove" lets it go on`]
    : [
        "PLUGIN_NOT_MANAGED",
        "was not installed from a repository, so there is nothing to upgrade it from",
      ];
  throw new UserError("conflict", code, `plugin ${name} ${why}`, { details: { name } });
}

async function* upgradeOne(
  room: PluginsRoom,
  { context, settings }: OpenedSource,
  command: CommandRequest,
  plugin: SoundPlugin,
): AsyncGenerator<StreamedEvent, void> {
  const { kit, plugins } = room;
  const { name, record, pinned, kind } = plugin;
  const newest: Newest =
    pinned || kind !== "installed"
      ? { kind: "unknown", reason: pinned ? "it is pinned" : `it is ${kind}` }
      : await kit.newestOf(context, record);
  if (newest.kind !== "newer") {
    const reason = newest.kind === "current" ? "it is up to date" : newest.reason;
    yield command.flags.dryRun
      ? { type: "aoi:plan", action: "keep", target: name, version: record.version, reason }
      : {
          type: "plugin_installation",
          installed: false,
          name,
          version: record.version,
          reason,
        };
    return;
  }
  const prepared = await kit.prepareInstall(
    context,
    await requestOf(room, command, plugin, newest.ref),
  );
  tellPrepared(command, prepared);
  if (command.flags.dryRun) {
    for (const action of planOf(prepared, "upgrade")) yield { type: "aoi:plan", ...action };
    return;
  }
  const upgrade = await kit.installPlugin(context, plugins, prepared, {
    mode: "upgrade",
    rules: await proofRules(room, settings, command),
    ...installer(),
    consent: consentOf(command, prepared),
  });
  await tellInstalled(room, upgrade, record.version);
  yield { type: "plugin_installation", ...installedFields(upgrade), from: record.version };
}

async function requestOf(
  { kit, home }: PluginsRoom,
  { input, context }: CommandRequest,
  { name, record }: SoundPlugin,
  ref: InstallRequest["ref"],
): Promise<InstallRequest> {
  const { origin } = record;
  if (origin.kind !== "github") throw new TypeError(`plugin ${name} has no repository`);
  return {
    owner: origin.owner,
    repository: origin.repository,
    ref,
    name,
    policy: await kit.readPolicy(policyFiles(home, context)),
    host: kit.currentHostPlatform(),
    allowUntrusted: input["allow_untrusted"] === true,
  };
}
