import { driverFor } from "@aomori/agents";
import type { AgentPort } from "@aomori/engine";

const limits = { maxSteps: 200, maxOutputBytes: 64 * 1024, commandTimeoutMs: 600_000 } as const;

/** The drivers of `agents`, as the engine wants them. */
export const agentPort = (options: { readonly confinesCommands: boolean }): AgentPort => ({
  start: ({ driver, ...request }) =>
    driverFor(driver).start({ ...request, limits: { ...limits, ...options }, env: {} }),
});
