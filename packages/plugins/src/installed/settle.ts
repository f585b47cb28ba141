import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, ioError } from "@aomori/system";
import { currentVersion, versionDirectory } from "./current-version.ts";
import { namesIn, removeLink, syncDirectory } from "./durable-files.ts";
import { removeJournal, writeJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import { versionsInUse } from "./run-mark.ts";
import { readSettings, writeSettings } from "./settings.ts";

export type Settled = "rolled_forward" | "rolled_back";

/**
 * Brings a change to its end, whether it was just made, has failed half-way or was cut off in another process: the
 * `current` link says whether it has happened, and what does not fit that is removed. May itself be cut off anywhere and
 * begun again. After the commit it only removes things, so that a full disk cannot stop it. Needs the plugin's lock.
 */
export async function settle(
  plugins: PluginsLayout,
  layout: PluginLayout,
  { change }: Journal,
): Promise<Settled> {
  try {
    const current = await currentVersion(layout);
    const happened = hasHappened(change, current);
    if (!happened) await takeBack(layout, change);
    await removeTemporaries(layout);
    const isGone =
      change.kind === "uninstall" || (change.kind === "install" && change.from === undefined);
    if (current === undefined && isGone) {
      const purgeData = change.kind === "uninstall" && change.purge_data;
      if (!(await removePlugin(plugins, layout, purgeData))) {
        // A run still holds a version: the journal stays, and with it the duty to look again.
        await writeJournal(layout, { kind: "uninstall", purge_data: purgeData });
        return happened ? "rolled_forward" : "rolled_back";
      }
    } else if (current !== undefined) {
      await collectVersions(layout, [current, (await readSettings(layout)).previous]);
    }
    await removeJournal(plugins, layout);
    return happened ? "rolled_forward" : "rolled_back";
  } catch (error) {
    throw ioError(error, `cannot finish the change of plugin ${layout.name}`);
  }
}

function hasHappened(change: Journal["change"], current: string | undefined): boolean {
  switch (change.kind) {
    case "install":
    case "rollback":
      return current === change.to;
    case "uninstall":
      return current === undefined;
    case "settings":
      return true;
  }
}

async function takeBack(layout: PluginLayout, change: Journal["change"]): Promise<void> {
  if (change.kind !== "install" && change.kind !== "rollback") return;
  if (change.kind === "install") {
    await rm(versionDirectory(layout, change.to), { recursive: true, force: true });
  }
  if (change.from === undefined) return;
  if (change.settings === undefined) await rm(layout.settingsFile, { force: true });
  else await writeSettings(layout, change.settings);
}

/** Removes every version but those to keep and those that are run. */
async function collectVersions(
  layout: PluginLayout,
  keep: readonly (string | undefined)[],
): Promise<{ readonly left: number }> {
  const versions = await namesIn(layout.versionsDirectory);
  const inUse = await versionsInUse(layout);
  const unused = versions.filter((id) => !keep.includes(id) && !inUse.has(id));
  for (const id of unused) {
    await rm(versionDirectory(layout, id), { recursive: true, force: true });
  }
  return { left: versions.length - unused.length };
}

/** Removes what an installation made, and with `purgeData` everything else; false while a run holds a version. */
async function removePlugin(
  plugins: PluginsLayout,
  layout: PluginLayout,
  purgeData: boolean,
): Promise<boolean> {
  for (const link of [layout.recordLink, layout.pluginLink, layout.viewerLink]) {
    await removeLink(link);
  }
  await rm(layout.settingsFile, { force: true });
  const { left } = await collectVersions(layout, []);
  if (purgeData) await removeData(layout);
  const isEmptied = left === 0 && (await removeEmpty(layout.inUseDirectory));
  if (!isEmptied) return false;
  await removeEmpty(layout.versionsDirectory);
  await removeEmpty(layout.directory);
  await syncDirectory(plugins.directory);
  return true;
}

async function removeData(layout: PluginLayout): Promise<void> {
  for (const name of await namesIn(layout.directory)) {
    const path = join(layout.directory, name);
    if (path === layout.versionsDirectory || path === layout.inUseDirectory) continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** False when something is in the directory. */
async function removeEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    if (["ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

/** Where `current` is made before it is renamed into place. */
export const temporaryCurrent = (layout: PluginLayout, operation: string): string =>
  join(layout.directory, `.current.${operation}.tmp`);

const temporary = /^(\.current\.[0-9a-f]+|\.\.settings\.json\.[0-9a-f-]{36})\.tmp$/;

async function removeTemporaries({ directory }: PluginLayout): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (temporary.test(name)) await rm(join(directory, name), { force: true });
  }
}
