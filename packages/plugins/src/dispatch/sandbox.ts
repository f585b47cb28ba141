import { existsSync } from "node:fs";
import { delimiter, dirname, sep } from "node:path";

import { UserError } from "@aomori/protocol";
import { findBubblewrap } from "@aomori/system";
import type { EnvironmentRecord } from "@aomori/system";

import type { InstalledPlugin } from "./installed-plugin.ts";
import type { PluginPlaces } from "./launch.ts";

/** `auto`: when there is one; `require`: or the plugin is not run. */
export type SandboxChoice = "auto" | "none" | "require";

export interface SandboxOptions {
  readonly plugin: InstalledPlugin;
  readonly places: PluginPlaces;
  readonly env: EnvironmentRecord;
  readonly cwd: string;
  /** Directories it must not see, besides the home: AOMORI_HOME and the configuration. */
  readonly privateDirectories: readonly string[];
}

/** A way to confine a plugin, and what it does and does not confine, in words. */
export interface Sandbox {
  readonly kind: "bubblewrap";
  readonly program: string;
}

/**
 * Bubblewrap where it is installed and may make its namespaces. Landlock would do without a program, but Node cannot reach it
 * without code of its own, so there is nothing else: undefined, or SANDBOX_UNAVAILABLE when one is required.
 */
export function openSandbox(choice: SandboxChoice, env: EnvironmentRecord): Sandbox | undefined {
  if (choice === "none") return undefined;
  const found = findSandbox(env);
  if (typeof found !== "string") return found;
  if (choice === "auto") return undefined;
  throw new UserError(
    "config",
    "SANDBOX_UNAVAILABLE",
    `the plugin was not run: a sandbox is required, and ${found}; install bubblewrap, or run without --sandbox require`,
  );
}

/** The sandbox, or why there is none. */
export function findSandbox(env: EnvironmentRecord): Sandbox | string {
  const found = findBubblewrap(env, ["--unshare-all", "--ro-bind", "/", "/"]);
  return typeof found === "string" ? found : { kind: "bubblewrap", ...found };
}

/**
 * The command line that runs `argv` confined: everything readable but the home, the private directories, /tmp and /run, which are empty;
 * nothing writable but its state and its cache; no other process in sight; no network unless the manifest declares hosts,
 * and then all of it, as bubblewrap cannot tell hosts apart. System calls, memory and processor time are not confined.
 */
export function confinedArgv(
  sandbox: Sandbox,
  argv: readonly string[],
  options: SandboxOptions,
): readonly string[] {
  const { plugin, places, cwd } = options;
  const hidden = ["/tmp", ...hiddenDirectories(options), "/run"];
  const isHidden = (path: string): boolean => hidden.some((directory) => isWithin(path, directory));
  // Its working directory, unless that would show what is hidden.
  const sees =
    hidden.every((directory) => !isWithin(directory, cwd)) &&
    options.privateDirectories.every((directory) => !isWithin(cwd, directory));
  // A runtime in a hidden place is part of what runs.
  const program = argv[0] ?? "";
  const shown = [plugin.directory, ...(isHidden(program) ? [dirname(program)] : [])];
  const bind = (how: string, path: string): readonly string[] => [how, path, path];
  return [
    sandbox.program,
    "--unshare-all",
    ...(plugin.hosts.length > 0 ? ["--share-net"] : []),
    "--die-with-parent",
    "--new-session",
    ...bind("--ro-bind", "/"),
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    ...hidden.filter((path) => existsSync(path)).flatMap((path) => ["--tmpfs", path]),
    // Where names are looked up through systemd.
    ...(plugin.hosts.length > 0 ? bind("--ro-bind-try", "/run/systemd/resolve") : []),
    ...(sees ? bind("--ro-bind", cwd) : []),
    ...shown.flatMap((path) => bind("--ro-bind", path)),
    ...bind("--bind", places.stateDirectory),
    ...bind("--bind", places.cacheDirectory),
    "--chdir",
    sees ? cwd : places.stateDirectory,
    "--",
    ...argv,
  ];
}

function hiddenDirectories({
  env,
  privateDirectories,
}: Pick<SandboxOptions, "env" | "privateDirectories">): string[] {
  const home = env["HOME"];
  return [...(home === undefined || home === "/" ? [] : [home]), ...privateDirectories];
}

/** PATH without what a confined plugin cannot see. */
export function visiblePath(options: Pick<SandboxOptions, "env" | "privateDirectories">): string {
  const hidden = hiddenDirectories(options);
  return (options.env["PATH"] ?? "")
    .split(delimiter)
    .filter((path) => !hidden.some((directory) => isWithin(path, directory)))
    .join(delimiter);
}

function isWithin(path: string, directory: string): boolean {
  return (
    path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  );
}
