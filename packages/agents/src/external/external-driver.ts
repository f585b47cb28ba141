import type { DriverId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import { findExecutable, runChild } from "@aomori/system";

import type { AgentDriver, DriverPresence } from "../driver.ts";
import { summaryLine } from "../steps/step-text.ts";
import type { Dialect } from "./dialect.ts";
import { ExternalRun } from "./external-run.ts";

const versionTimeoutMs = 15_000;

/** A driver for a program on PATH. `speak` makes the dialect of one run. */
export function externalDriver(name: DriverId, install: string, speak: () => Dialect): AgentDriver {
  return {
    name,
    detect: (env) => detect(name, install, env),
    start: (request) => new ExternalRun(request, speak()),
  };
}

async function detect(
  name: DriverId,
  install: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DriverPresence> {
  const path = findExecutable(name, env["PATH"]);
  if (path === undefined) return { kind: "missing", install };
  const result = await runChild([path, "--version"], {
    cwd: "/",
    env,
    deadlineMs: versionTimeoutMs,
    maxOutputBytes: 1024,
  });
  const said = summaryLine(result.stdout === "" ? result.stderr : result.stdout);
  const version = /\d+\.\d+[\w.+-]*/.exec(said)?.[0];
  return { kind: "found", path, version: version ?? null };
}

/** The agent's program on the PATH it will be started with; throws DRIVER_NOT_FOUND naming what installs it. */
export function requireProgram(name: string, install: string, path: string | undefined): string {
  const program = findExecutable(name, path);
  if (program !== undefined) return program;
  throw driverNotFound(name, install);
}

export function driverNotFound(name: string, install: string): UserError {
  return new UserError(
    "not_found",
    "DRIVER_NOT_FOUND",
    `the agent ${name} is not on PATH; install it with "${install}", or choose another agent`,
    { details: { driver: name, install } },
  );
}
