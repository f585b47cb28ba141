import { join } from "node:path";
import type { PluginName } from "../names/names.ts";

/** Directories that all plugins share, below AOMORI_HOME. Names of plugins never begin with a dot. */
export interface PluginsLayout {
  readonly directory: string;
  /** One folder `<key>.<operation>` per operation under way, on the same file system as the plugins. */
  readonly stagingDirectory: string;
  /** `<key>.json` while an operation on a plugin is under way. */
  readonly journalDirectory: string;
  /** `<key>.lock` while a process works on a plugin. */
  readonly locksDirectory: string;
  /** `<run id>.jsonl` per run of a plugin. */
  readonly runsDirectory: string;
  /** Signers seen at the first installation of each repository. */
  readonly signersFile: string;
}

/**
 * One plugin. Whatever else its program keeps in `directory` is its own and survives upgrades.
 *
 *     NAME.json    → NAME/current/record.json     for readers of the older layout
 *     NAME/current → versions/<id>                the commit point: one rename of a link
 *     NAME/plugin  → current/plugin               for readers of the older layout
 *     NAME/viewer  → current/viewer
 *     NAME/.settings.json                         enabled, pinned, the previous version; absent: enabled, not pinned
 *     NAME/.in-use/<id>~<pid>~<nonce>             one empty file per run under way (see `markRun`)
 *     NAME/versions/<id>/record.json plugin …     never changed once it is there
 */
export interface PluginLayout {
  readonly name: PluginName;
  /** The name in lower case: two plugins never differ by case alone, because some file systems do not tell them apart. */
  readonly key: string;
  readonly lockFile: string;
  readonly journalFile: string;
  readonly recordLink: string;
  readonly directory: string;
  readonly currentLink: string;
  readonly pluginLink: string;
  readonly viewerLink: string;
  readonly settingsFile: string;
  readonly versionsDirectory: string;
  readonly inUseDirectory: string;
}

/** The file in a version's folder that holds its record. */
export const recordFileName = "record.json";

export function pluginsLayout(directory: string): PluginsLayout {
  return {
    directory,
    stagingDirectory: join(directory, ".staging"),
    journalDirectory: join(directory, ".journal"),
    locksDirectory: join(directory, ".locks"),
    runsDirectory: join(directory, ".runs"),
    signersFile: join(directory, ".signers.json"),
  };
}

export const pluginKey = (name: string): string => name.toLowerCase();

export function pluginLayout(plugins: PluginsLayout, name: PluginName): PluginLayout {
  const directory = join(plugins.directory, name);
  const key = pluginKey(name);
  return {
    name,
    key,
    lockFile: join(plugins.locksDirectory, `${key}.lock`),
    journalFile: join(plugins.journalDirectory, `${key}.json`),
    recordLink: join(plugins.directory, `${name}.json`),
    directory,
    currentLink: join(directory, "current"),
    pluginLink: join(directory, "plugin"),
    viewerLink: join(directory, "viewer"),
    settingsFile: join(directory, ".settings.json"),
    versionsDirectory: join(directory, "versions"),
    inUseDirectory: join(directory, ".in-use"),
  };
}
