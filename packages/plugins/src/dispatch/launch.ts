import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "@aomori/protocol";
import { childEnvironment, findExecutable } from "@aomori/system";
import type { EnvironmentRecord } from "@aomori/system";

import type { InstalledPlugin } from "./installed-plugin.ts";

/** Counts plugins inside plugins, for every host that is started below. */
export const depthVariable = "AOMORI_PLUGIN_DEPTH";
/** The file that counts the commands of all of them; set by the outermost host. */
export const budgetVariable = "AOMORI_PLUGIN_BUDGET";

export interface PluginPlaces {
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
}

/** The two directories a plugin may keep things in; made when they are missing. */
export function pluginPlaces(plugin: InstalledPlugin): PluginPlaces {
  const places = {
    stateDirectory: join(plugin.dataDirectory, "state"),
    cacheDirectory: join(plugin.dataDirectory, "cache"),
  };
  mkdirSync(places.stateDirectory, { recursive: true, mode: 0o700 });
  mkdirSync(places.cacheDirectory, { recursive: true, mode: 0o700 });
  return places;
}

/** What the plugin is started as: a binary by its path, a script by its runtime. */
export function pluginArgv(
  plugin: InstalledPlugin,
  args: readonly string[],
  searchPath: string,
): readonly string[] {
  switch (plugin.runtime) {
    case "native":
      return [plugin.file, ...args];
    case "node":
      return [process.execPath, plugin.file, ...args];
    case "sh":
      return ["/bin/sh", plugin.file, ...args];
    case "python":
      return [pythonOf(plugin, searchPath), plugin.file, ...args];
  }
}

function pythonOf(plugin: InstalledPlugin, searchPath: string): string {
  for (const name of ["python3", "python"]) {
    const file = findExecutable(name, searchPath);
    if (file !== undefined) return file;
  }
  throw new UserError(
    "config",
    "RUNTIME_NOT_FOUND",
    `${plugin.name} is written in Python, and there is no python3 or python on PATH; install one of them`,
  );
}

/**
 * The allow-list, the secrets the manifest declares as far as they are set, and where the plugin stands. Nothing else of `env`: a
 * token in the shell of whoever runs a plugin is not the plugin's.
 */
export function pluginEnvironment(
  plugin: InstalledPlugin,
  places: PluginPlaces,
  env: EnvironmentRecord,
  depth: number,
): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const name of plugin.secrets) {
    const value = env[name];
    if (value !== undefined) secrets[name] = value;
  }
  return {
    ...childEnvironment(env),
    ...secrets,
    // A version's folder stays as it was installed.
    PYTHONDONTWRITEBYTECODE: "1",
    AOMORI_PLUGIN_NAME: plugin.name,
    AOMORI_PLUGIN_VERSION: plugin.version,
    AOMORI_PLUGIN_STATE_DIR: places.stateDirectory,
    AOMORI_PLUGIN_CACHE_DIR: places.cacheDirectory,
    [depthVariable]: String(depth),
  };
}

/** Values of declared secrets, to be hidden in what the plugin says. */
export function secretValues(plugin: InstalledPlugin, env: EnvironmentRecord): string[] {
  return plugin.secrets.flatMap((name) => env[name] ?? []);
}
