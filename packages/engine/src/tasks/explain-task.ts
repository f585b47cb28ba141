import type { OrgId, TaskId, TaskResource } from "@aomori/contract";
import { explainWaiting } from "../scheduling/explain-waiting.ts";
import type { Board } from "./board.ts";
import { countRunning, limitsOf } from "./dispatcher.ts";
import type { EngineContext } from "../context.ts";

/** Why a task is not running, a line per reason, for people; empty where it runs or is done. */
export async function explainTask(
  engine: EngineContext,
  orgId: OrgId,
  task: TaskResource,
): Promise<readonly string[]> {
  const board = await engine.boards.find(orgId, task.specId);
  if (!board.dag.has(task.id)) return [];
  const watched = await engine.boards.watched();
  const boards = watched.includes(board) ? watched : [...watched, board];
  const parked = parkedFor(board, task.id);
  if (parked !== undefined) return [parked];
  const statusOf = (id: TaskResource["id"]) => ({ id, status: board.dag.status(id) });
  return explainWaiting(
    {
      id: task.id,
      status: board.dag.status(task.id),
      candidate: board.candidateOf(task.id),
      ...(task.failure === null ? {} : { failure: task.failure.message }),
    },
    {
      specStatus: board.spec.status,
      dependencies: board.dag.dependencies(task.id).map(statusOf),
      stoppers: board.dag.stoppers(task.id).map(statusOf),
      running: countRunning(boards),
      limits: limitsOf(engine, boards),
      nowMs: engine.clock.now(),
    },
  );
}

/** What a task whose dependencies are all done still waits for: that their branches, which collide, are merged. */
function parkedFor(board: Board, id: TaskId): string | undefined {
  const done = board.dag.dependencies(id).every((on) => board.dag.status(on) === "completed");
  if (board.dag.status(id) !== "pending" || !done) return undefined;
  return board.row(id).mergeDetail ?? undefined;
}
