import type { DriverId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";

import { builtinDriver } from "./builtin/builtin-driver.ts";
import type { AgentDriver } from "./driver.ts";

export interface DriverOptions {
  /** Silence of a model after which the builtin agent's call fails. Default 300,000. */
  readonly modelIdleTimeoutMs?: number;
}

const defaultIdleTimeoutMs = 300_000;

/** The driver of a name. */
export function driverFor(name: DriverId, options: DriverOptions = {}): AgentDriver {
  const modelIdleTimeoutMs = options.modelIdleTimeoutMs ?? defaultIdleTimeoutMs;
  if (name === "builtin") return builtinDriver({ modelIdleTimeoutMs });
  throw new Error(`no driver ${name}`);
}

/** Throws DRIVER_NOT_FOUND, naming the command that installs it, when a driver's agent is not on the PATH of `env`. */
export async function requireDriver(
  name: DriverId,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const presence = await driverFor(name).detect(env);
  if (presence.kind === "missing") throw driverNotFound(name, presence.install);
}

function driverNotFound(name: DriverId, install: string): UserError {
  return new UserError(
    "not_found",
    "DRIVER_NOT_FOUND",
    `the agent ${name} is not on PATH; install it with "${install}", or choose another agent`,
    { details: { driver: name, install } },
  );
}
