import { spawnSync } from "node:child_process";

import type { EnvironmentRecord } from "./child-environment.ts";
import { findExecutable } from "./executable.ts";

export interface Bubblewrap {
  readonly program: string;
}

const probeDeadlineMs = 5000;

/** Bubblewrap where it is installed and does here what `flags` ask for, or why there is none; starts `true` in it once. */
export function findBubblewrap(
  env: EnvironmentRecord,
  flags: readonly string[],
): Bubblewrap | string {
  if (process.platform !== "linux") return `there is none for ${process.platform}`;
  const program = findExecutable("bwrap", env["PATH"]);
  if (program === undefined) return "bubblewrap (bwrap) is not on PATH";
  const probe = spawnSync(program, [...flags, "--", "true"], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: probeDeadlineMs,
  });
  if (probe.status === 0) return { program };
  return `bubblewrap does not work here (${probe.stderr.trim() || String(probe.status ?? probe.signal)})`;
}
