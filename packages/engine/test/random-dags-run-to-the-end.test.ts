import type { TaskPriorityName } from "@aomori/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { criticalPath } from "../src/scheduling/critical-path.ts";
import { errorClasses, retryDecision } from "../src/scheduling/retry-decision.ts";
import type { ErrorClass } from "../src/scheduling/retry-decision.ts";
import { selectDispatch } from "../src/scheduling/select-dispatch.ts";
import type {
  Candidate,
  DispatchLimits,
  RunningCounts,
} from "../src/scheduling/select-dispatch.ts";
import { TaskDag } from "../src/scheduling/task-dag.ts";
import { acyclicGraph } from "./graphs.ts";
import type { Graph } from "./graphs.ts";

interface World {
  readonly graph: Graph;
  readonly limits: DispatchLimits;
  readonly seed: number;
  /** Share of attempts that fail, 0 to 1. */
  readonly failing: number;
}

const limit = fc.integer({ min: 1, max: 6 });
const world: fc.Arbitrary<World> = fc.record({
  graph: acyclicGraph(40),
  limits: fc.record({ global: limit, project: limit, spec: limit, driver: limit }),
  seed: fc.integer(),
  failing: fc.constantFrom(0, 0.1, 0.5),
});

/** A small generator so that a failing run can be played again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const maxAttempts = 3;
const priorities: readonly TaskPriorityName[] = ["critical", "high", "medium", "low"];

class Simulation {
  readonly #world: World;
  readonly #random: () => number;
  readonly #dag: TaskDag;
  readonly #tasks = new Map<string, Candidate>();
  readonly #attempts = new Map<string, number>();
  readonly #backoffs = new Map<string, number>();
  readonly #endsAtMs = new Map<string, number>();
  nowMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = randomFrom(world.seed);
    const { ids, edges } = world.graph;
    const { toEnd, length } = criticalPath(
      ids.map((id) => ({ id, weight: 1 })),
      edges,
    );
    this.#dag = new TaskDag(
      ids.map((id) => ({ id, status: "pending" as const })),
      edges,
    );
    for (const [index, id] of ids.entries()) {
      this.#tasks.set(id, {
        id,
        specId: `spec_${index % 3}`,
        projectId: `proj_${index % 2}`,
        driver: index % 4 === 0 ? "pi" : "builtin",
        priority: priorities.at(index % 4)!,
        readyAtMs: 0,
        dependents: this.#dag.dependentCount(id),
        retries: 0,
        maxRetries: maxAttempts,
        hoursToEnd: toEnd.get(id)!,
        criticalPathHours: length,
      });
      this.#dag.reopen(id);
    }
  }

  run(): TaskDag {
    for (let turns = 0; !this.#dag.settled; turns += 1) {
      if (turns > 5_000) throw new Error("the run does not end");
      const nextDueMs = this.#dispatch();
      const ends = [...this.#endsAtMs.values(), ...(nextDueMs === undefined ? [] : [nextDueMs])];
      if (ends.length === 0)
        throw new Error("nothing runs, nothing is due, and not all is settled");
      this.nowMs = Math.min(...ends);
      this.#finish();
    }
    return this.#dag;
  }

  #counts(): RunningCounts {
    const counts = {
      global: 0,
      projects: new Map<string, number>(),
      specs: new Map<string, number>(),
      drivers: new Map<string, number>(),
    };
    for (const id of this.#endsAtMs.keys()) {
      const { projectId, specId, driver } = this.#tasks.get(id)!;
      counts.global += 1;
      counts.projects.set(projectId, (counts.projects.get(projectId) ?? 0) + 1);
      counts.specs.set(specId, (counts.specs.get(specId) ?? 0) + 1);
      counts.drivers.set(driver, (counts.drivers.get(driver) ?? 0) + 1);
    }
    return counts;
  }

  #dispatch(): number | undefined {
    const { limits } = this.#world;
    const ready = [...this.#dag.ready()].map((id) => this.#tasks.get(id)!);
    const input = { ready, running: this.#counts(), limits, nowMs: this.nowMs };
    const { picks, nextDueMs } = selectDispatch(input);
    for (const id of picks) {
      for (const on of this.#dag.dependencies(id)) expect(this.#dag.status(on)).toBe("completed");
      expect(this.#tasks.get(id)!.notBeforeMs ?? 0).toBeLessThanOrEqual(this.nowMs);
      this.#dag.set(id, "running");
      this.#endsAtMs.set(id, this.nowMs + 1 + Math.floor(this.#random() * 60_000));
    }
    const { global, projects, specs, drivers } = this.#counts();
    expect(global).toBeLessThanOrEqual(limits.global);
    expect(Math.max(0, ...projects.values())).toBeLessThanOrEqual(limits.project);
    expect(Math.max(0, ...specs.values())).toBeLessThanOrEqual(limits.spec);
    expect(Math.max(0, ...drivers.values())).toBeLessThanOrEqual(limits.driver);
    return nextDueMs;
  }

  #finish(): void {
    for (const [id, endMs] of this.#endsAtMs) {
      if (endMs > this.nowMs) continue;
      this.#endsAtMs.delete(id);
      if (this.#random() >= this.#world.failing) this.#dag.set(id, "completed");
      else this.#fail(id, errorClasses.at(Math.floor(this.#random() * errorClasses.length))!);
    }
  }

  #fail(id: string, errorClass: ErrorClass): void {
    const attempt = (this.#attempts.get(id) ?? 0) + 1;
    const backoffs = this.#backoffs.get(id) ?? 0;
    const random = this.#random;
    const decision = retryDecision({ errorClass, attempt, maxAttempts, backoffs, random });
    if (decision.kind === "fail") {
      this.#dag.set(id, "failed");
      return;
    }
    if (decision.countsAsAttempt) this.#attempts.set(id, attempt);
    else this.#backoffs.set(id, backoffs + 1);
    const retries = this.#attempts.get(id) ?? 0;
    const notBeforeMs = this.nowMs + decision.afterMs;
    this.#tasks.set(id, { ...this.#tasks.get(id)!, retries, notBeforeMs, readyAtMs: this.nowMs });
    this.#dag.reopen(id);
  }
}

test("a run starts nothing early, keeps every limit, ends, and leaves each task completed, failed or blocked by a failure", () => {
  fc.assert(
    fc.property(world, (given) => {
      const dag = new Simulation(given).run();
      for (const id of given.graph.ids) {
        const status = dag.status(id);
        expect(["completed", "failed", "blocked"]).toContain(status);
        if (given.failing === 0) expect(status).toBe("completed");
        if (status !== "blocked") continue;
        const stoppers = dag.stoppers(id);
        expect(stoppers.length).toBeGreaterThan(0);
        for (const stopper of stoppers) expect(dag.status(stopper)).toBe("failed");
      }
    }),
    { numRuns: 150 },
  );
});
