import { spawnChild } from "@aomori/system";
import type { Child, EnvironmentRecord } from "@aomori/system";

import { holdPlugin } from "./installed-plugin.ts";
import type { HeldPlugin, InstalledPlugin } from "./installed-plugin.ts";
import { depthVariable, pluginArgv, pluginEnvironment, pluginPlaces } from "./launch.ts";
import type { SandboxChoice } from "./sandbox.ts";
import { confinedArgv, openSandbox, visiblePath } from "./sandbox.ts";

export interface StartOptions {
  readonly pluginsDirectory: string;
  readonly name: string;
  /** For the plugin, word by word as they were typed. */
  readonly args: readonly string[];
  /** Of the host; the plugin gets an allow-list of it. */
  readonly env: EnvironmentRecord;
  readonly cwd: string;
  readonly sandbox: SandboxChoice;
  /** Directories that a sandbox hides besides the home: AOMORI_HOME and the configuration. */
  readonly privateDirectories: readonly string[];
  /** For the plugin and the commands it asks for; none when absent. */
  readonly deadlineMs?: number;
  /** From TERM to KILL; that of every child when absent. */
  readonly killGraceMs?: number;
}

/** A plugin that runs, or why it does not; what is held is for whoever goes on to let go. */
export type PluginStart =
  | { readonly kind: "running"; readonly held: HeldPlugin; readonly child: Child }
  | { readonly kind: "refused"; readonly held: HeldPlugin; readonly error: unknown }
  | { readonly kind: "not_found"; readonly error: unknown };

export const foreverMs = 2 ** 31 - 1;

/** How deep plugins run each other: 1 for one that no plugin runs. */
export const depthOf = (env: EnvironmentRecord): number => Number(env[depthVariable] ?? 0) + 1;

/**
 * Starts an installed plugin, and does nothing that could wait until it runs: while it starts, the rest of the host is loaded. Never
 * rejects. Its output is kept for `dispatchPlugin`, which is to be called in the same turn.
 */
export async function startPlugin(options: StartOptions): Promise<PluginStart> {
  let held: HeldPlugin;
  try {
    held = holdPlugin(options.pluginsDirectory, options.name);
  } catch (error) {
    return { kind: "not_found", error };
  }
  try {
    const { argv, env } = prepare(options, held.plugin);
    const child = await spawnChild(argv, {
      cwd: options.cwd,
      env,
      deadlineMs: options.deadlineMs ?? foreverMs,
      stdout: "stream",
      stderr: "inherit",
      ...(options.killGraceMs === undefined ? {} : { killGraceMs: options.killGraceMs }),
      ...(held.plugin.protocol === 2 ? { stdin: "open" as const } : {}),
    });
    return { kind: "running", held, child };
  } catch (error) {
    return { kind: "refused", held, error };
  }
}

function prepare(
  options: StartOptions,
  plugin: InstalledPlugin,
): { readonly argv: readonly string[]; readonly env: EnvironmentRecord } {
  const { args, cwd, privateDirectories, sandbox: choice } = options;
  const places = pluginPlaces(plugin);
  const env = pluginEnvironment(plugin, places, options.env, depthOf(options.env));
  const sandbox = openSandbox(choice, options.env);
  if (sandbox === undefined) {
    return { argv: pluginArgv(plugin, args, options.env["PATH"] ?? ""), env };
  }
  const visible = visiblePath({ env: options.env, privateDirectories });
  const argv = pluginArgv(plugin, args, visible);
  const confinement = { plugin, places, env: options.env, cwd, privateDirectories };
  return { argv: confinedArgv(sandbox, argv, confinement), env };
}
