import type { TaskStatusName } from "@aomori/contract";
import { describe, expect, test } from "vitest";
import { explainWaiting } from "../src/scheduling/explain-waiting.ts";
import type { WaitingContext } from "../src/scheduling/explain-waiting.ts";
import { statusOfTicket } from "../src/scheduling/ticket-status.ts";

const nowMs = Date.parse("2026-03-01T10:00:00Z");
const candidate = {
  id: "TSK-042",
  specId: "spec_a",
  projectId: "proj_a",
  driver: "builtin",
  priority: "medium",
  readyAtMs: nowMs,
  dependents: 0,
  retries: 0,
  maxRetries: 3,
  hoursToEnd: 1,
  criticalPathHours: 1,
} as const;
const context: WaitingContext = {
  specStatus: "running",
  dependencies: [],
  stoppers: [],
  running: { global: 5, projects: new Map([["proj_a", 5]]), specs: new Map(), drivers: new Map() },
  limits: { global: 10, project: 10, spec: 10, driver: 10 },
  nowMs,
};
const why = (
  status: TaskStatusName,
  change: Partial<WaitingContext> = {},
  task: { notBeforeMs?: number; failure?: string } = {},
): readonly string[] => {
  const { failure, ...times } = task;
  const waiting = { id: "TSK-042", status, candidate: { ...candidate, ...times } };
  return explainWaiting(failure === undefined ? waiting : { ...waiting, failure }, {
    ...context,
    ...change,
  });
};

describe("a task that is not running says why", () => {
  test("it waits for others", () => {
    const dependencies = [
      { id: "TSK-040", status: "completed" },
      { id: "TSK-041", status: "running" },
    ] as const;
    expect(why("pending", { dependencies })).toEqual(["waits for TSK-041 (running)"]);
  });

  test("a limit is reached", () => {
    const limits = { ...context.limits, project: 5 };
    expect(why("ready", { limits })).toEqual(["limit of its project reached: 5 of 5 running"]);
    expect(why("ready", { limits: { ...limits, global: 5 } })).toEqual([
      "limit of all specs reached: 5 of 5 running",
    ]);
  });

  test("it backs off, or its spec does not run yet, or it is next", () => {
    expect(why("ready", {}, { notBeforeMs: nowMs + 90_000 })).toEqual([
      "not before 2026-03-01T10:01:30.000Z",
    ]);
    expect(why("ready", { specStatus: "awaiting_approval" })).toEqual([
      "its spec is awaiting approval",
    ]);
    expect(why("ready")).toEqual(["starts at the next dispatch"]);
  });

  test("a dependency failed, or it needs a person itself, and what to type", () => {
    const stoppers = [{ id: "TSK-007", status: "failed" }] as const;
    expect(why("blocked", { stoppers })).toEqual([
      'TSK-007 failed: run it again with "aomori task retry TSK-007"',
    ]);
    expect(why("blocked", {}, { failure: "conflict in a.ts" })).toEqual([
      'needs a person: conflict in a.ts; then run "aomori task retry TSK-042"',
    ]);
    expect(why("failed", {}, { failure: "3 of 3 attempts" })).toEqual([
      'failed: 3 of 3 attempts; run it again with "aomori task retry TSK-042"',
    ]);
  });

  test("and one that runs or is done has nothing to say", () => {
    for (const status of ["running", "validating", "completed"] as const)
      expect(why(status)).toEqual([]);
  });
});

test("a ticket shows the task that most wants to be seen", () => {
  const cases: [TaskStatusName[], TaskStatusName][] = [
    [[], "pending"],
    [["pending", "ready"], "ready"],
    [["completed", "pending"], "running"],
    [["completed", "running", "pending"], "running"],
    [["completed", "failed", "running"], "failed"],
    [["blocked", "running"], "blocked"],
    [["completed", "cancelled"], "completed"],
    [["cancelled"], "cancelled"],
    [["completed", "completed"], "completed"],
  ];
  for (const [tasks, status] of cases)
    expect([tasks, statusOfTicket(tasks)]).toEqual([tasks, status]);
});
