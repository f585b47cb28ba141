import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { UserError, didYouMean } from "@aomori/protocol";
import { errnoOf, isRecord } from "@aomori/system";

import { pluginLayout, pluginsLayout, recordFileName } from "../installed/plugin-layout.ts";
import type { PluginLayout } from "../installed/plugin-layout.ts";
import { markRun } from "../installed/run-mark.ts";
import type { PluginName } from "../names/names.ts";

/** What dispatch needs to know of a plugin, read from its record and settings when it is run. */
export interface InstalledPlugin {
  readonly name: PluginName;
  readonly version: string;
  readonly protocol: 1 | 2;
  /** Absolute, in the folder of one version: an upgrade meanwhile changes nothing for a run. */
  readonly file: string;
  readonly runtime: "native" | "node" | "python" | "sh";
  /** The version's folder, or that of a linked plugin. */
  readonly directory: string;
  /** The plugin's own, kept over upgrades. */
  readonly dataDirectory: string;
  /** Absent: commands that only read. */
  readonly commands: readonly string[] | undefined;
  readonly secrets: readonly string[];
  readonly hosts: readonly string[];
}

/** Neither a path nor hidden: what is no such name is not looked for on disk. */
function isName(name: string): name is PluginName {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name);
}

/** The plugin a word names, to be run now; its version stays where it is until this is disposed. */
export interface HeldPlugin extends Disposable {
  readonly plugin: InstalledPlugin;
}

/** The plugin as it is to be run now. PLUGIN_NOT_FOUND, PLUGIN_DISABLED, PLUGIN_BROKEN (config), PLUGIN_NOT_RUNNABLE. */
export function holdPlugin(pluginsDirectory: string, name: string): HeldPlugin {
  if (!isName(name)) throw notFound(pluginsDirectory, name);
  const layout = pluginLayout(pluginsLayout(pluginsDirectory), name);
  const mark = markRun(layout);
  if (mark === undefined) {
    const plugin = olderPlugin(layout) ?? notFound(pluginsDirectory, name);
    if (plugin instanceof UserError) throw plugin;
    return { plugin, [Symbol.dispose]: () => undefined };
  }
  try {
    return { plugin: pluginIn(layout, mark.versionDirectory), [Symbol.dispose]: mark.release };
  } catch (error) {
    mark.release();
    throw error;
  }
}

/** Whether a word names something that is here, in whatever state. */
export function isPlugin(pluginsDirectory: string, name: string): boolean {
  if (!isName(name)) return false;
  const { currentLink, pluginLink } = pluginLayout(pluginsLayout(pluginsDirectory), name);
  return [currentLink, pluginLink].some(
    (link) => lstatSync(link, { throwIfNoEntry: false }) !== undefined,
  );
}

/** The layout before ours, made by hand: `NAME.json` and the program `NAME/plugin`. */
function olderPlugin({
  name,
  recordLink,
  directory,
  pluginLink,
}: PluginLayout): InstalledPlugin | undefined {
  if (lstatSync(recordLink, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const { version } = readRecord(recordLink, name);
  if (typeof version !== "string") throw broken(name, `${recordLink} has no version`);
  if (lstatSync(pluginLink, { throwIfNoEntry: false }) === undefined) {
    throw broken(name, `${pluginLink} is missing`);
  }
  return {
    name,
    version,
    protocol: 1,
    file: pluginLink,
    runtime: "native",
    directory,
    dataDirectory: directory,
    commands: undefined,
    secrets: [],
    hosts: [],
  };
}

function pluginIn(layout: PluginLayout, version: string): InstalledPlugin {
  const { name } = layout;
  const record = readRecord(join(version, recordFileName), name);
  if (readSettings(layout.settingsFile, name)["enabled"] === false) {
    throw new UserError(
      "config",
      "PLUGIN_DISABLED",
      `${name} is disabled; run "aomori plugins enable ${name}" to use it again`,
    );
  }
  return pluginOf(name, record, version, layout.directory);
}

function notFound(pluginsDirectory: string, name: string): UserError {
  const guess = didYouMean(name, pluginNames(pluginsDirectory));
  return new UserError(
    "not_found",
    "PLUGIN_NOT_FOUND",
    `there is no plugin ${JSON.stringify(name)} here.${guess} List those there are with "aomori plugins list"`,
    { details: { name } },
  );
}

/** What may be run here, by what lies there; a name may turn out to be broken. */
export function pluginNames(pluginsDirectory: string): string[] {
  try {
    return readdirSync(pluginsDirectory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isPlugin(pluginsDirectory, entry.name))
      .map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

function broken(name: string, reason: string, cause?: unknown): UserError {
  return new UserError(
    "config",
    "PLUGIN_BROKEN",
    `${name} cannot be run: ${reason}; see "aomori plugins doctor" or install it again with --upgrade`,
    { cause, details: { name, reason } },
  );
}

function readRecord(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isRecord(record)) return record;
  } catch (error) {
    throw broken(name, `${file} cannot be read`, error);
  }
  throw broken(name, `${file} holds no object`);
}

/** A plugin without settings is as it was installed. */
function readSettings(file: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return readRecord(file, name);
  } catch (error) {
    if (error instanceof Error && errnoOf(error.cause) === "ENOENT") return {};
    throw error;
  }
}

function pluginOf(
  name: PluginName,
  record: Readonly<Record<string, unknown>>,
  versionDirectory: string,
  dataDirectory: string,
): InstalledPlugin {
  const { version, protocol, entry, origin, commands } = record;
  if (typeof version !== "string") throw broken(name, "its record has no version");
  if (protocol !== 1 && protocol !== 2) {
    throw broken(name, `its record asks for protocol ${JSON.stringify(protocol)}, not 1 or 2`);
  }
  if (entry === undefined) {
    throw new UserError(
      "validation",
      "PLUGIN_NOT_RUNNABLE",
      `${name} ${version} has nothing to run, only a viewer`,
    );
  }
  const isLink = isRecord(origin) && origin["kind"] === "link";
  const directory = isLink ? String(origin["directory"]) : versionDirectory;
  const { file, runtime } = entryOf(name, entry);
  return {
    name,
    version,
    protocol,
    file: join(directory, file),
    runtime,
    directory,
    dataDirectory,
    commands: commands === undefined ? undefined : stringsOf(name, "commands", commands),
    secrets: stringsOf(name, "secrets", record["secrets"] ?? []),
    hosts: stringsOf(name, "hosts", record["hosts"] ?? []),
  };
}

function entryOf(name: string, entry: unknown): Pick<InstalledPlugin, "file" | "runtime"> {
  if (isRecord(entry)) {
    const { kind, file, runtime } = entry;
    const isInside = typeof file === "string" && !file.split("/").includes("..");
    if (isInside && kind === "native") return { file, runtime: "native" };
    const isKnown = runtime === "node" || runtime === "python" || runtime === "sh";
    if (isInside && kind === "script" && isKnown) return { file, runtime };
  }
  throw broken(name, `its record does not say how it is started: ${JSON.stringify(entry)}`);
}

function stringsOf(name: string, field: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw broken(name, `${field} of its record is no list of strings`);
}
