import { setTimeout as sleep } from "node:timers/promises";
import { UserError, isCodedError } from "@aomori/protocol";
import { acquireLock } from "@aomori/system";
import type { LockFile } from "@aomori/system";
import { pluginBusy } from "./plugin-errors.ts";
import type { PluginLayout } from "./plugin-layout.ts";

export interface LockOptions {
  /** How long to wait for a process that works on the same plugin. Default 0: refuse at once. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

const pollMs = 50;

/** The right to change one plugin, or PLUGIN_BUSY naming the process that has it. A dead process has none. */
export async function lockPlugin(
  { lockFile, name }: Pick<PluginLayout, "lockFile" | "name">,
  options: LockOptions = {},
): Promise<LockFile> {
  const deadlineMs = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    refuseCancelled(name, options.signal);
    try {
      return await acquireLock(lockFile);
    } catch (error) {
      if (!isCodedError(error) || error.code !== "LOCK_HELD") throw error;
      if (performance.now() >= deadlineMs) throw pluginBusy(name, error, error.details?.["pid"]);
    }
    await sleep(pollMs);
  }
}

export function refuseCancelled(name: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new UserError("cancelled", "CANCELLED", `the change of plugin ${name} was cancelled`, {
    cause: signal.reason,
  });
}
