import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ioError, lockHolder } from "@aomori/system";
import { diskUsage } from "./disk-usage.ts";
import { isAbsent, kindOf, namesIn } from "./durable-files.ts";
import { allPlugins } from "./list-plugins.ts";
import { pluginLayout } from "./plugin-layout.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import type { PluginState } from "./plugin-state.ts";
import { leftoversOf, unsettledKeys } from "./recover.ts";
import { pluginName } from "./record-schema.ts";

/** Something that is not as it should be, and what puts it right. */
export interface InstallationFinding {
  readonly kind:
    | "unfinished_change"
    | "staging_leftover"
    | "stale_lock"
    | "broken_plugin"
    | "dangling_link"
    | "change_under_way";
  readonly path: string;
  /** What was found, for people. */
  readonly message: string;
  readonly remedy: string;
}

export interface PluginDiskUsage {
  readonly name: string;
  /** All versions that are there. */
  readonly versions_bytes: number;
  /** What the plugin's own program keeps. */
  readonly data_bytes: number;
}

export interface InstallationReport {
  readonly findings: readonly InstallationFinding[];
  readonly disk: readonly PluginDiskUsage[];
}

/** Looks at everything below the directory of plugins and changes nothing; what it finds `recover` or a command puts right. */
export async function checkInstallation(plugins: PluginsLayout): Promise<InstallationReport> {
  try {
    const states = (await allPlugins(plugins)).sort((a, b) => (a.name < b.name ? -1 : 1));
    const findings = await unsettled(plugins);
    const disk: PluginDiskUsage[] = [];
    for (const state of states) {
      const layout = pluginLayout(plugins, state.name);
      findings.push(...broken(state), ...(await danglingLinks(layout, state)));
      disk.push(await usageOf(layout));
    }
    return { findings, disk };
  } catch (error) {
    throw ioError(error, `cannot check the plugins in ${plugins.directory}`);
  }
}

async function unsettled(plugins: PluginsLayout): Promise<InstallationFinding[]> {
  const findings: InstallationFinding[] = [];
  for (const key of await unsettledKeys(plugins)) {
    const { lockFile } = pluginLayout(plugins, pluginName.parse(key));
    const holder = await lockHolder(lockFile);
    if (holder !== undefined) {
      const message = `process ${holder.pid} has been changing plugin ${key} since ${holder.lockedAt}`;
      const remedy = "wait for it, or stop it: the next command then finishes or undoes its change";
      findings.push({ kind: "change_under_way", path: lockFile, message, remedy });
      continue;
    }
    for (const { kind, path } of await leftoversOf(plugins, key)) {
      const message = {
        unfinished_change: `a change of plugin ${key} was cut off`,
        staging_leftover: `what a dead process was about to install as plugin ${key} is left`,
        stale_lock: `the lock of plugin ${key} is left of a process that is dead`,
      }[kind];
      const remedy = "any command that changes plugins puts it right";
      findings.push({ kind, path, message, remedy });
    }
  }
  return findings;
}

function broken(state: PluginState): InstallationFinding[] {
  if (state.status !== "broken") return [];
  const message = `plugin ${state.name} is broken: ${state.reason}`;
  const remedy = `install it again with --upgrade, or "aomori plugins uninstall ${state.name}"`;
  return [{ kind: "broken_plugin", path: state.path, message, remedy }];
}

/** Links for readers of the older layout that lead nowhere though the plugin is sound. */
async function danglingLinks(
  layout: PluginLayout,
  state: PluginState,
): Promise<InstallationFinding[]> {
  if (state.status === "broken" || state.kind === "by_hand") return [];
  const { entry, has_viewer, origin } = state.record;
  const expected = [
    layout.recordLink,
    ...(entry === undefined ? [] : [layout.pluginLink]),
    ...(has_viewer && origin.kind !== "link" ? [layout.viewerLink] : []),
  ];
  const findings: InstallationFinding[] = [];
  for (const path of expected) {
    if (await leadsSomewhere(path)) continue;
    const message = `${path} leads nowhere, so that readers of the older layout do not find plugin ${state.name}`;
    const remedy = "remove it, then install the plugin again with --upgrade";
    findings.push({ kind: "dangling_link", path, message, remedy });
  }
  return findings;
}

async function leadsSomewhere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function usageOf(layout: PluginLayout): Promise<PluginDiskUsage> {
  const { name, directory, versionsDirectory } = layout;
  const versions_bytes = await diskUsage(versionsDirectory);
  const ours = [versionsDirectory, layout.inUseDirectory, layout.settingsFile];
  let data_bytes = 0;
  for (const entry of await namesIn(directory)) {
    const path = join(directory, entry);
    if (ours.includes(path) || (await kindOf(path)) === "link") continue;
    data_bytes += await diskUsage(path);
  }
  return { name, versions_bytes, data_bytes };
}
