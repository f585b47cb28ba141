import { existsSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Only there can a test see the environment of other processes. */
export const onLinux: boolean = existsSync("/proc/self/environ");

/** Command lines of the live processes that carry an agent run's mark. */
export function processesOf(agentId: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const environ = contentOf(`/proc/${pid}/environ`);
    if (environ.includes(`AOMORI_AGENT_ID=${agentId}`)) {
      found.push(contentOf(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
    }
  }
  return found;
}

/** Empty for a process that ended while we looked, or is somebody else's. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

export async function untilWaiting(agentId: string, count: number): Promise<void> {
  for (;;) {
    const waiting = processesOf(agentId).filter((line) => line.startsWith("tail -f"));
    if (waiting.length >= count) return;
    await delay(50);
  }
}

export async function untilGone(agentId: string, timeoutMs: number): Promise<string[]> {
  const until = performance.now() + timeoutMs;
  while (processesOf(agentId).length > 0 && performance.now() < until) await delay(50);
  return processesOf(agentId);
}
