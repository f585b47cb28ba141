import { spawn } from "node:child_process";
import { open } from "node:fs/promises";

import { prepareCommand } from "./child-options.ts";
import type { EnvironmentRecord } from "./child-environment.ts";
import { ioError } from "./io-error.ts";

export interface SpawnDaemonOptions {
  readonly cwd: string;
  /** On top of the allow-list. */
  readonly env?: EnvironmentRecord;
  /** Standard output and error are appended to it. */
  readonly logFile: string;
}

/** Starts a program that outlives this process, in a session of its own, and returns its pid. */
export async function spawnDaemon(
  argv: readonly string[],
  options: SpawnDaemonOptions,
): Promise<number> {
  const command = prepareCommand(argv, { ...options, deadlineMs: Infinity, tether: "untethered" });
  const log = await open(options.logFile, "a", 0o600);
  try {
    const child = spawn(command.file, command.args, {
      cwd: options.cwd,
      env: command.env,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    if (child.pid === undefined) {
      const error = await new Promise<unknown>((resolve) => child.once("error", resolve));
      throw ioError(error, `cannot start ${argv[0]}`);
    }
    child.unref();
    return child.pid;
  } finally {
    await log.close();
  }
}
