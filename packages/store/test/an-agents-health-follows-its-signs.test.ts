import { expect, test } from "vitest";

import { deriveAgentHealth } from "../src/index.ts";
import type { AgentSigns } from "../src/index.ts";

const nowMs = Date.UTC(2026, 0, 1);
const ago = (ms: number): string => new Date(nowMs - ms).toISOString();
const health = (signs: Partial<AgentSigns>): string =>
  deriveAgentHealth(
    {
      status: "active",
      startedAt: ago(3_600_000),
      lastHeartbeatAt: ago(0),
      lastStepAt: ago(0),
      ...signs,
    },
    { nowMs, stuckAfterMs: 600_000 },
  );

test("a heartbeat makes an agent healthy, a late one degraded, and without one nobody knows", () => {
  expect(health({ lastHeartbeatAt: ago(29_999) })).toBe("healthy");
  expect(health({ lastHeartbeatAt: ago(30_000) })).toBe("degraded");
  expect(health({ lastHeartbeatAt: ago(60_000) })).toBe("unknown");
  expect(health({ lastHeartbeatAt: null })).toBe("unknown");
  expect(health({ lastHeartbeatAt: null, startedAt: ago(10_000), lastStepAt: null })).toBe(
    "healthy",
  );
});

test("an agent that lives and takes no step is stuck, unless it waits", () => {
  expect(health({ lastStepAt: ago(600_000) })).toBe("stuck");
  expect(health({ lastStepAt: null })).toBe("stuck");
  expect(health({ lastStepAt: ago(600_000), status: "idle" })).toBe("healthy");
  expect(health({ lastStepAt: ago(600_000), lastHeartbeatAt: ago(90_000) })).toBe("unknown");
});

test("of an agent that is over, nothing is claimed", () => {
  for (const status of ["completed", "failed", "stopped"] as const) {
    expect(health({ status })).toBe("unknown");
  }
});
