import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@aomori/protocol";
import { diskStep } from "../disk/disk-step.ts";
import type { PluginName } from "../names/names.ts";
import { changePlugin, settleAfter } from "./change-plugin.ts";
import type { PluginChange } from "./change-plugin.ts";
import { currentVersion, versionDirectory, versionTarget } from "./current-version.ts";
import { kindOf, swapLink, syncDirectory } from "./durable-files.ts";
import { refuseTakenName, repositoryOf } from "./name-clash.ts";
import type { InstallMode } from "./name-clash.ts";
import { recordFileName } from "./plugin-layout.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import { refuseCancelled } from "./plugin-lock.ts";
import type { LockOptions } from "./plugin-lock.ts";
import type { PluginOrigin, PluginRecord } from "./plugin-record.ts";
import { stagingFolder } from "./recover.ts";
import { sealVersion } from "./seal-version.ts";
import { temporaryCurrent } from "./settle.ts";
import { rememberPrevious, storedSettings } from "./settings.ts";

export interface InstallOptions extends LockOptions {
  readonly mode: InstallMode;
  /** Where it is to come from; looked at before anything is staged. */
  readonly origin: PluginOrigin;
}

/** Fills an empty folder with the version's files, all but the record, which it returns. */
export type Stage = (
  directory: string,
  context: { readonly signal: AbortSignal | undefined },
) => Promise<PluginRecord>;

/**
 * Installs a version beside those that are there and makes it the current one, by one rename of a link. Until then the
 * plugin is what it was, whatever fails or dies; a fault of `stage` travels up as it is and leaves nothing behind. What the
 * disk refuses is told as the `DiskStep` it was. Returns the record as it was written, with the hashes of the files.
 */
export async function installVersion(
  plugins: PluginsLayout,
  name: PluginName,
  options: InstallOptions,
  stage: Stage,
): Promise<PluginRecord> {
  const preparing = `cannot prepare the directory of plugin ${name}`;
  return diskStep("PLUGIN_DIR_CREATE", preparing, () =>
    changePlugin(plugins, name, options, async (change) => {
      await refuseTakenName(plugins, name, {
        mode: options.mode,
        repository: repositoryOf(options.origin),
      });
      const staging = stagingFolder(plugins, change.layout.key, change.operation);
      try {
        await mkdir(staging);
        return await stageAndPlace(change, staging, options, stage);
      } catch (error) {
        return await settleAfter(error, () => rm(staging, { recursive: true, force: true }));
      }
    }),
  );
}

async function stageAndPlace(
  change: PluginChange,
  staging: string,
  { signal }: InstallOptions,
  stage: Stage,
): Promise<PluginRecord> {
  const { name } = change.layout;
  const staged = await stage(staging, { signal });
  refuseCancelled(name, signal);
  return await diskStep("MANIFEST_PERSIST", `cannot install plugin ${name}`, async () => {
    const record = await sealVersion(staging, { ...staged, name });
    refuseCancelled(name, signal);
    await putInPlace(change, staging, record);
    return record;
  });
}

async function putInPlace(
  { plugins, layout, operation, journalled }: PluginChange,
  staging: string,
  { version }: PluginRecord,
): Promise<void> {
  const from = await currentVersion(layout);
  const settings = await storedSettings(layout);
  const to = `${version.replaceAll(/[^A-Za-z0-9._+-]/g, "_")}-${operation}`;
  await refuseOccupied(layout);
  const before = { ...(from === undefined ? {} : { from }), ...(settings && { settings }) };
  await journalled({ kind: "install", to, ...before }, async () => {
    await mkdir(layout.versionsDirectory, { recursive: true });
    await mkdir(layout.inUseDirectory, { recursive: true });
    await rename(staging, versionDirectory(layout, to));
    await syncDirectory(layout.versionsDirectory);
    for (const [link, target] of outerLinks(layout)) {
      if ((await kindOf(link)) === undefined) await symlink(target, link);
    }
    if (from !== undefined) await rememberPrevious(layout, from);
    await syncDirectory(layout.directory);
    await syncDirectory(plugins.directory);
    await swapLink(versionTarget(to), layout.currentLink, temporaryCurrent(layout, operation));
  });
}

/** The links beside `current`, made once: they lead through it, and nowhere while nothing is current. */
const outerLinks = (layout: PluginLayout): readonly (readonly [string, string])[] => [
  [layout.recordLink, join(layout.name, "current", recordFileName)],
  [layout.pluginLink, join("current", "plugin")],
  [layout.viewerLink, join("current", "viewer")],
];

/** What the plugin's own program, or its user, has put where an installation needs its links is not replaced. */
async function refuseOccupied(layout: PluginLayout): Promise<void> {
  for (const [path] of outerLinks(layout)) {
    const kind = await kindOf(path);
    if (kind === undefined || kind === "link") continue;
    throw new UserError(
      "conflict",
      "PLUGIN_PATH_OCCUPIED",
      `plugin ${layout.name} cannot be installed: ${path} is a ${kind} that no installation made; move it away`,
      { details: { name: layout.name, path } },
    );
  }
}
