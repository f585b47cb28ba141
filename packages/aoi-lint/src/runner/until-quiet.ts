import { setTimeout as sleep } from "node:timers/promises";
import { hasProcessTable, processTree } from "./process-table.ts";

export interface QuietOptions {
  /** Not before this long after the call. */
  readonly settleMs: number;
  /** Aborted when the tool has ended. */
  readonly ended: AbortSignal;
}

const sampleMs = 15;
const quietSamples = 6;
const longestMs = 8000;

/**
 * Waits until a process and all below it sleep and use no processor time: a tool whose reader does not read
 * has nothing else to do. Answers false when the tool ended, or never came to rest.
 */
export async function untilQuiet(pid: number, options: QuietOptions): Promise<boolean> {
  const { settleMs, ended } = options;
  const startedAt = performance.now();
  if (!hasProcessTable()) {
    await sleep(settleMs * 2 + 300, undefined, { signal: ended }).catch(ignoreAbort);
    return !ended.aborted;
  }
  let quiet = 0;
  let lastTicks = -1;
  while (!ended.aborted && performance.now() - startedAt < settleMs + longestMs) {
    const rows = processTree(pid);
    const ticks = rows.reduce((sum, row) => sum + row.ticks, 0);
    const sleeps = rows.length > 0 && rows.every((row) => row.state === "S");
    quiet = sleeps && ticks === lastTicks ? quiet + 1 : 0;
    lastTicks = ticks;
    if (quiet >= quietSamples && performance.now() - startedAt >= settleMs) return true;
    await sleep(sampleMs, undefined, { signal: ended }).catch(ignoreAbort);
  }
  return false;
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
