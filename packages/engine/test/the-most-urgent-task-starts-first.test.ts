import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { priorityScore, priorityWeights } from "../src/scheduling/priority-score.ts";
import type { PriorityInput } from "../src/scheduling/priority-score.ts";
import { selectDispatch } from "../src/scheduling/select-dispatch.ts";
import type { Candidate } from "../src/scheduling/select-dispatch.ts";

const hourMs = 3_600_000;
const nowMs = 100 * hourMs;

const plain: PriorityInput = {
  priority: "medium",
  readyAtMs: nowMs,
  dependents: 0,
  retries: 0,
  maxRetries: 3,
  hoursToEnd: 1,
  criticalPathHours: 10,
};
const score = (change: Partial<PriorityInput>): number =>
  priorityScore({ ...plain, ...change }, nowMs);

const anyInput: fc.Arbitrary<PriorityInput> = fc.record(
  {
    priority: fc.constantFrom("critical", "high", "medium", "low"),
    readyAtMs: fc.integer({ min: 0, max: 200 * hourMs }),
    deadlineAtMs: fc.integer({ min: 0, max: 200 * hourMs }),
    dependents: fc.nat(1_000),
    retries: fc.nat(10),
    maxRetries: fc.nat(10),
    hoursToEnd: fc.double({ min: 0, max: 1_000, noNaN: true }),
    criticalPathHours: fc.double({ min: 0, max: 1_000, noNaN: true }),
  },
  {
    requiredKeys: [
      "priority",
      "readyAtMs",
      "dependents",
      "retries",
      "maxRetries",
      "hoursToEnd",
      "criticalPathHours",
    ],
  },
);

describe("the priority score", () => {
  test("has weights that add up to one and stays in 0..1 before the deadline boost", () => {
    const sum = Object.values(priorityWeights).reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(1, 12);
    fc.assert(
      fc.property(anyInput, (input) => {
        const value = priorityScore(input, nowMs);
        expect(value).toBeGreaterThanOrEqual(0);
        const near = input.deadlineAtMs !== undefined && input.deadlineAtMs - nowMs <= 900_000;
        expect(value).toBeLessThanOrEqual(near ? 1.25 : 1);
      }),
    );
  });

  test("rises with each reason to hurry", () => {
    const base = score({});
    expect(score({ priority: "high" })).toBeGreaterThan(base);
    expect(score({ readyAtMs: nowMs - hourMs / 2 })).toBeGreaterThan(base);
    expect(score({ dependents: 3 })).toBeGreaterThan(base);
    expect(score({ hoursToEnd: 10 })).toBeGreaterThan(base);
    expect(score({ retries: 2 })).toBeLessThan(base);
    expect(score({ deadlineAtMs: nowMs + 60_000 })).toBeGreaterThan(
      score({ deadlineAtMs: nowMs + 800_000 }),
    );
    expect(score({ deadlineAtMs: nowMs + 24 * hourMs })).toBe(base);
  });

  test("multiplies by 1.25 within 15 minutes of a deadline and never leaves a task starving below 0.6", () => {
    const late = score({ deadlineAtMs: nowMs + 900_000 });
    expect(late).toBeCloseTo(score({}) * 1.25, 12);
    const starving = { priority: "low", retries: 3, hoursToEnd: 0 } as const;
    expect(score({ ...starving, readyAtMs: nowMs - 2 * hourMs + 1 })).toBeLessThan(0.6);
    expect(score({ ...starving, readyAtMs: nowMs - 2 * hourMs })).toBe(0.6);
  });
});

const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  ...plain,
  id,
  specId: "spec_a",
  projectId: "proj_a",
  driver: "builtin",
  ...change,
});
const none = { global: 0, projects: new Map(), specs: new Map(), drivers: new Map() };
const wide = { global: 9, project: 9, spec: 9, driver: 9 };

describe("dispatch", () => {
  test("picks by score, then by waiting time, then by id", () => {
    const ready = [
      candidate("TSK-003"),
      candidate("TSK-002"),
      candidate("TSK-004", { priority: "critical" }),
      candidate("TSK-001", { priority: "low" }),
    ];
    expect(selectDispatch({ ready, running: none, limits: wide, nowMs }).picks).toEqual([
      "TSK-004",
      "TSK-002",
      "TSK-003",
      "TSK-001",
    ]);
  });

  test("passes over a task whose driver is full and starts the next one", () => {
    const ready = [
      candidate("TSK-001", { driver: "pi", priority: "critical" }),
      candidate("TSK-002"),
    ];
    const limits = { ...wide, drivers: new Map([["pi", 1]]) };
    const running = { ...none, global: 1, drivers: new Map([["pi", 1]]) };
    expect(selectDispatch({ ready, running, limits, nowMs }).picks).toEqual(["TSK-002"]);
  });

  test("counts its own picks, and tells when a backed-off task is due", () => {
    const ready = [
      candidate("TSK-001", { notBeforeMs: nowMs + 7_000 }),
      candidate("TSK-002", { specId: "spec_b" }),
      candidate("TSK-003"),
      candidate("TSK-004"),
    ];
    const dispatch = selectDispatch({ ready, running: none, limits: { ...wide, spec: 1 }, nowMs });
    expect(dispatch).toEqual({ picks: ["TSK-002", "TSK-003"], nextDueMs: nowMs + 7_000 });
  });
});
