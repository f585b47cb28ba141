import {
  allOrganizationsLiveSpecs,
  allOrganizationsLiveTasks,
  allOrganizationsLiveAgents,
} from "@aomori/store";
import { mergeWorkflowId, planWorkflowId, taskWorkflowId } from "./context.ts";
import type { EngineContext } from "./context.ts";
import { endInterrupted } from "./tasks/agent-end.ts";

/** Makes good what a crash left between the store and the workflows, and closes agents that nobody runs. */
export async function recover(engine: EngineContext): Promise<void> {
  await closeAbandoned(engine, await startLive(engine));
  engine.wake();
}

/**
 * Gives everything the store says is going on its workflow, which exists already in most cases; one that has failed is
 * followed by another. Returns the tasks that have one, each behind its organisation.
 */
export async function startLive(engine: EngineContext): Promise<ReadonlySet<string>> {
  const specs = await allOrganizationsLiveSpecs(engine.store);
  const tasks = await allOrganizationsLiveTasks(engine.store);
  for (const { orgId, id: specId, status, planRun, mergeRun } of specs) {
    if (status === "planning") {
      const input = { orgId, specId, run: planRun };
      await engine.workflows.plan(planWorkflowId(input), input, { revive: true });
      continue;
    }
    engine.boards.watch(orgId, specId);
    if (mergeRun > 0) {
      const input = { orgId, specId, run: mergeRun };
      await engine.workflows.merge(mergeWorkflowId(input), input, { revive: true });
    }
  }
  const running = tasks.filter((task) => task.status !== "ready");
  for (const { orgId, id: taskId, specId, run } of running) {
    const input = { orgId, specId, taskId, run };
    await engine.workflows.task(taskWorkflowId(input), input, { revive: true });
  }
  return new Set(running.map((task) => `${task.orgId} ${task.id}`));
}

/** Agents of tasks that no longer run (cancelled in the moment of the crash, say) have no workflow to close them. */
async function closeAbandoned(engine: EngineContext, running: ReadonlySet<string>): Promise<void> {
  for (const agent of await allOrganizationsLiveAgents(engine.store)) {
    if (running.has(`${agent.orgId} ${agent.taskId}`)) continue;
    await engine.boards.change(agent.orgId, agent.specId, (board, tx) =>
      endInterrupted(board, tx, agent),
    );
  }
}
