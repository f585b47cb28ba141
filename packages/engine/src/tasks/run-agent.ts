import { newId } from "@aomori/contract";
import type { AgentId, ExecutionModeName } from "@aomori/contract";
import { insertAgent, listAgentRowsByRun } from "@aomori/store";
import type { AgentRow, SpecRow, TaskRow } from "@aomori/store";
import type { EngineContext, TaskInput } from "../context.ts";
import type { Prompt } from "../planning/prompts.ts";
import { endInterrupted, recordedEnd } from "./agent-end.ts";
import type { AgentEnd } from "./agent-end.ts";
import type { Board } from "./board.ts";
import { currentTask } from "./current-task.ts";
import { followAgent } from "./follow-agent.ts";
import { handOver } from "./hand-over.ts";

export interface AgentJob extends Prompt {
  readonly spec: SpecRow;
  readonly task: TaskRow;
  readonly mode: ExecutionModeName;
  readonly round: number;
  readonly worktree: string;
  /** Nobody can have worked in this run yet. */
  readonly untouched: boolean;
  /** Puts the worktree back to where an agent may start; what an earlier one left is kept aside. */
  readonly restore: () => Promise<void>;
  /** What the task's row and the events must say of the start, told with the run's first agent. */
  readonly begun?: { readonly branch: string; readonly baseCommit: string };
}

/** `stop`: the task is no longer this run's. */
export type AgentRun = AgentEnd | { readonly kind: "stop" };

export const isUnderWay = (board: Board, task: TaskRow): boolean =>
  board.dag.status(task.id) === "running" || board.dag.status(task.id) === "validating";

/** What the keys of a run's agents begin with. */
export const runPrefix = (input: TaskInput): string =>
  `${input.orgId}/${input.taskId}/${input.run}`;

/**
 * Runs one agent to its end. The run has a natural key, so that after a crash an agent that has ended is not run
 * again and an interrupted one is replaced by a new agent on a restored worktree.
 */
export async function runAgent(
  engine: EngineContext,
  input: TaskInput,
  job: AgentJob,
): Promise<AgentRun> {
  const key = `${runPrefix(input)}/${job.mode}/${job.round}`;
  const earlier = job.untouched
    ? []
    : await listAgentRowsByRun(engine.store.scope(input.orgId), key);
  const newest = earlier.at(-1);
  const ended = newest === undefined ? undefined : recordedEnd(newest);
  if (ended !== undefined) return ended;
  await closeInterrupted(engine, input, earlier);
  // A new attempt starts from a clean copy too: what its forerunner left half-done misleads more than it helps.
  const isNewAttempt = input.run > 1 && job.round === 1 && job.mode !== "validation";
  if (earlier.length > 0 || isNewAttempt) await job.restore();
  const agentId = newId("agent", engine.random.bytes);
  const isFirst = earlier.length === 0 && job.begun !== undefined;
  const announced = await announce(engine, input, job, {
    agentId,
    runKey: `${key}/${earlier.length}`,
    begun: isFirst ? job.begun : undefined,
    predecessor: newest?.id,
  });
  if (!announced) return { kind: "stop" };
  return followAgent(engine, {
    ...job,
    orgId: input.orgId,
    agentId,
    isWanted: (board) => isUnderWay(board, job.task),
  });
}

async function closeInterrupted(
  engine: EngineContext,
  input: TaskInput,
  agents: readonly AgentRow[],
): Promise<void> {
  const open = agents.filter((agent) => agent.endedAt === null);
  if (open.length === 0) return;
  await engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    for (const agent of open) await endInterrupted(board, tx, agent);
  });
}

interface Announcement {
  readonly agentId: AgentId;
  readonly runKey: string;
  readonly begun: AgentJob["begun"];
  /** Whose place it takes. */
  readonly predecessor: AgentId | undefined;
}

/** Stores the agent before it starts, unless the task was cancelled or begun anew meanwhile. */
async function announce(
  engine: EngineContext,
  input: TaskInput,
  job: AgentJob,
  { agentId, runKey, begun, predecessor }: Announcement,
): Promise<boolean> {
  return engine.boards.change(input.orgId, input.specId, async (board, tx) => {
    const task = currentTask(board, input);
    if (task === undefined) return false;
    // A validator works on the task for a while and is not its agent.
    if (job.mode === task.executionMode) board.updateTask(tx, task.id, { agentId, ...begun });
    if (begun !== undefined) {
      tx.emit({
        ...board.facts(task.id),
        type: "task.started",
        summary: `${task.id} on ${begun.branch}`,
        data: { branch: begun.branch, attempt: task.attempt },
      });
    }
    insertAgent(tx, {
      id: agentId,
      specId: input.specId,
      taskId: task.id,
      driver: job.spec.agent,
      model: job.spec.model,
      executionMode: job.mode,
      attempt: task.attempt,
      runKey,
      worktree: job.worktree,
    });
    tx.emit({
      ...board.facts(task.id),
      agentId,
      type: "agent.started",
      summary: `${agentId} (${job.spec.agent}, ${job.mode}) on ${task.id}`,
      data: { driver: job.spec.agent, executionMode: job.mode, worktree: job.worktree },
    });
    if (predecessor !== undefined) {
      await handOver(engine, tx, board.facts(task.id), { from: predecessor, to: agentId });
    }
    return true;
  });
}
