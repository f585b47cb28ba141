import type { Sandbox } from "./sandbox.ts";

const kept: readonly string[] = ["PATH", "USER", "LOGNAME", "SHELL"];

export interface EnvironmentOptions {
  /** The linter's own environment. */
  readonly parent: Readonly<Record<string, string | undefined>>;
  /** Names handed through from it. */
  readonly pass?: readonly string[];
  /** Values given to every run. */
  readonly set?: Readonly<Record<string, string>>;
  /** The user's own home instead of an empty one. */
  readonly keepHome?: boolean;
}

/** What a tool sees: the search path, an empty home, a plain locale, UTC, and what was asked for; no key, no configuration. */
export function scrubbedEnvironment(
  options: EnvironmentOptions,
  sandbox: Sandbox,
): Record<string, string> {
  const { parent, pass = [], set = {}, keepHome = false } = options;
  const environment: Record<string, string> = {};
  for (const name of [...kept, ...pass]) {
    const value = parent[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    HOME: keepHome ? (parent["HOME"] ?? sandbox.home) : sandbox.home,
    TMPDIR: sandbox.temporary,
    LANG: "C.UTF-8",
    TZ: "UTC",
    TERM: "xterm-256color",
    ...set,
  };
}
