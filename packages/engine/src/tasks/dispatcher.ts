import type { TaskId } from "@aomori/contract";
import type { EngineContext, TaskInput } from "../context.ts";
import { taskWorkflowId } from "../context.ts";
import { selectDispatch } from "../scheduling/select-dispatch.ts";
import type { DispatchLimits, RunningCounts } from "../scheduling/select-dispatch.ts";
import { isSpecOver } from "../specs/spec-over.ts";
import type { Board } from "./board.ts";
import type { Boards } from "./boards.ts";

const unlimited = Number.MAX_SAFE_INTEGER;

export function limitsOf(engine: EngineContext, boards: readonly Board[]): DispatchLimits {
  return {
    global: engine.limits.global,
    project: engine.limits.perProject,
    spec: unlimited,
    driver: unlimited,
    specs: new Map(boards.map((board) => [board.specId, board.spec.settings.maxParallelTasks])),
    drivers: new Map(Object.entries(engine.limits.perDriver)),
  };
}

export function countRunning(boards: readonly Board[]): RunningCounts {
  const specs = new Map<string, number>();
  const projects = new Map<string, number>();
  const drivers = new Map<string, number>();
  let global = 0;
  for (const board of boards) {
    const { runningCount, spec } = board;
    global += runningCount;
    specs.set(board.specId, runningCount);
    projects.set(spec.projectId, (projects.get(spec.projectId) ?? 0) + runningCount);
    drivers.set(spec.agent, (drivers.get(spec.agent) ?? 0) + runningCount);
  }
  return { global, projects, specs, drivers };
}

/**
 * Starts ready tasks whenever it is woken: one look at a time, and one more when it was woken meanwhile.
 * A task is marked as running in the store before its workflow starts; a crash in between is made good by
 * `recover`, since the workflow's id follows from the task's row.
 */
export class Dispatcher {
  readonly #engine: EngineContext;
  readonly #boards: Boards;
  #looking: Promise<void> | undefined;
  #again = false;
  /** Marked as running in the store, without a workflow yet. */
  readonly #unstarted: TaskInput[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(engine: EngineContext, boards: Boards) {
    this.#engine = engine;
    this.#boards = boards;
  }

  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#looking ??= this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    await Promise.resolve();
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#dispatch();
      } catch (error) {
        if (this.#closed) break;
        this.#engine.log.error("dispatch failed; trying again in a second", {
          error: String(error),
        });
        this.#lookAgainIn(1_000);
      }
    }
    this.#looking = undefined;
  }

  async #dispatch(): Promise<void> {
    const engine = this.#engine;
    await this.#startWorkflows();
    const watched = await this.#boards.watched();
    for (const { specId, spec } of watched) {
      if (isSpecOver(spec.status) || spec.status === "failed") this.#boards.unwatch(specId);
    }
    const boards = watched.filter((board) => board.dispatches);
    const nowMs = engine.clock.now();
    const { picks, nextDueMs } = selectDispatch({
      ready: boards.flatMap((board) =>
        board.candidates().map((task) => ({ ...task, id: `${board.specId} ${task.id}` })),
      ),
      running: countRunning(boards),
      limits: limitsOf(engine, boards),
      nowMs,
    });
    if (nextDueMs !== undefined) this.#lookAgainIn(nextDueMs - nowMs);
    const picked = new Set(picks);
    for (const board of boards) {
      const mine = [...board.dag.ready()].filter((id) => picked.has(`${board.specId} ${id}`));
      if (mine.length > 0) await this.#start(board, mine);
    }
  }

  async #start(board: Board, picks: readonly TaskId[]): Promise<void> {
    const { orgId, specId } = board;
    const started = await this.#boards.change(
      orgId,
      specId,
      async (current, tx): Promise<TaskInput[]> => {
        if (!current.dispatches) return [];
        const ids = picks.filter((id) => current.dag.status(id) === "ready");
        const runs = current.beginRuns(tx, ids);
        const followed = ids.flatMap((id) => current.dag.set(id, "running"));
        current.persist(tx, ids, followed);
        for (const { id, attempt } of runs) {
          tx.emit({
            ...current.facts(id),
            type: "task.assigned",
            summary: `${id} → ${current.spec.agent}, attempt ${attempt}`,
            data: { driver: current.spec.agent, executionMode: "implementation", attempt },
          });
        }
        return runs.map(({ id, run }) => ({ orgId, specId, taskId: id, run }));
      },
    );
    this.#unstarted.push(...started);
    await this.#startWorkflows();
  }

  /** A start that fails is kept and made again at the next look. */
  async #startWorkflows(): Promise<void> {
    for (let input = this.#unstarted[0]; input !== undefined; input = this.#unstarted[0]) {
      await this.#engine.workflows.task(taskWorkflowId(input), input);
      this.#unstarted.shift();
    }
  }

  #lookAgainIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), Math.max(1, Math.min(delayMs, 60_000)));
    this.#timer.unref();
  }
}
