import type { StepDraft } from "@aomori/contract";
import type { AgentPort } from "@aomori/engine";
import type { TaskId } from "@aomori/contract";
import { setTimeout as delay } from "node:timers/promises";

export interface ScriptedAgents {
  readonly port: AgentPort;
  /** `process.hrtime` in milliseconds of each start, by task. */
  readonly startedAtMs: ReadonlyMap<TaskId, number>;
  readonly mostAtOnce: number;
}

/** Milliseconds on a clock that all processes of a machine share. */
export const sharedClockMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** A point in time, and what this process has used of the processors up to it. */
export interface Moment {
  readonly atMs: number;
  readonly cpuMs: number;
}

export function moment(): Moment {
  const { user, system } = process.cpuUsage();
  return { atMs: sharedClockMs(), cpuMs: (user + system) / 1_000 };
}

/** Agents in this process that say one thing, work for as long as they are told to, and are done. */
export function scriptedAgents(durationMs: () => number): ScriptedAgents {
  const startedAtMs = new Map<TaskId, number>();
  let running = 0;
  const agents = {
    startedAtMs,
    mostAtOnce: 0,
    port: {
      start({ worktree }): ReturnType<AgentPort["start"]> {
        const taskId = taskOf(worktree);
        if (startedAtMs.has(taskId)) throw new Error(`${taskId} was given to a second agent`);
        startedAtMs.set(taskId, sharedClockMs());
        running += 1;
        agents.mostAtOnce = Math.max(agents.mostAtOnce, running);
        const working = durationMs();
        const worked = (working > 0 ? delay(working) : Promise.resolve()).then(() => {
          running -= 1;
        });
        return {
          steps: stepsOf(worked),
          result: worked.then(() => ({
            kind: "completed",
            finalText: `${taskId} is done: one file added, as the task asked for.`,
            usage: { inputTokens: 1_000, outputTokens: 100, costMicrousd: null },
          })),
          steer: () => Promise.resolve("undeliverable"),
          stop: () => Promise.resolve(),
        };
      },
    } satisfies AgentPort,
  };
  return agents;
}

function taskOf(worktree: string): TaskId {
  const number = /TSK-(\d+)$/.exec(worktree)?.[1];
  if (number === undefined) throw new Error(`${worktree} names no task`);
  return `TSK-${number}`;
}

async function* stepsOf(worked: Promise<void>): AsyncGenerator<StepDraft> {
  yield {
    type: "message",
    summary: "The file is there.",
    text: "The file is there.",
    tool: null,
    callId: null,
    data: null,
    atMs: Date.now(),
    durationMs: null,
  };
  await worked;
}
