import type { DriverId } from "@aomori/contract";

import { builtinDriver } from "./builtin/builtin-driver.ts";
import { ClaudeDialect, claudeInstall } from "./claude/claude-dialect.ts";
import type { AgentDriver } from "./driver.ts";
import { driverNotFound, externalDriver } from "./external/external-driver.ts";
import { PiDialect, piInstall } from "./pi/pi-dialect.ts";

export interface DriverOptions {
  /** Silence of a model after which the builtin agent's call fails. Default 300,000. */
  readonly modelIdleTimeoutMs?: number;
}

const defaultIdleTimeoutMs = 300_000;

/** The driver of a name. */
export function driverFor(name: DriverId, options: DriverOptions = {}): AgentDriver {
  const modelIdleTimeoutMs = options.modelIdleTimeoutMs ?? defaultIdleTimeoutMs;
  const drivers: Readonly<Record<DriverId, () => AgentDriver>> = {
    builtin: () => builtinDriver({ modelIdleTimeoutMs }),
    claude: () => externalDriver("claude", claudeInstall, () => new ClaudeDialect()),
    pi: () => externalDriver("pi", piInstall, () => new PiDialect()),
  };
  return drivers[name]();
}

/** Throws DRIVER_NOT_FOUND, naming the command that installs it, when a driver's agent is not on the PATH of `env`. */
export async function requireDriver(
  name: DriverId,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const presence = await driverFor(name).detect(env);
  if (presence.kind === "missing") throw driverNotFound(name, presence.install);
}
