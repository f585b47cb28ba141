import { UserError } from "@aomori/protocol";
import type { EngineContext } from "../context.ts";
import { stopRun } from "../tasks/live-runs.ts";
import type { Decision } from "./decisions.ts";
import { requireSpec } from "./require-spec.ts";
import { isSpecOver } from "./spec-over.ts";

/** Cancels a spec, its open tasks and their agents; branches stay. Errors: SPEC_NOT_FOUND, SPEC_OVER. */
export async function cancelSpec(engine: EngineContext, decision: Decision): Promise<void> {
  const { orgId, specId, by } = decision;
  await engine.boards.change(orgId, specId, async (board, tx) => {
    // Planning changes the row without a board, so the row itself is asked.
    const spec = await requireSpec(tx, specId, { lock: true });
    if (isSpecOver(spec.status)) {
      throw new UserError("conflict", "SPEC_OVER", `spec ${specId} is ${spec.status} already`);
    }
    const open = board.openTasks;
    for (const id of open) board.dag.set(id, "cancelled");
    board.setStatuses(
      tx,
      open.map((id) => ({ id, status: "cancelled" })),
    );
    board.updateSpec(tx, {
      status: "cancelled",
      planRun: spec.planRun + 1,
      mergeRun: spec.mergeRun + 1,
    });
    for (const id of open) {
      tx.emit({
        ...board.facts(id),
        type: "task.cancelled",
        summary: `${id} cancelled with its spec`,
        data: { by },
      });
    }
    board.persist(tx, open, []);
    tx.emit({
      type: "spec.cancelled",
      specId,
      projectId: spec.projectId,
      summary: `cancelled by ${by}`,
      data: { by },
    });
  });
  engine.boards.unwatch(specId);
  engine.keys.forget(specId);
  engine.interrupts.interrupt(specId);
  await Promise.all(engine.live.ofSpec(specId).map((run) => stopRun(run, { kind: "person", by })));
  engine.wake();
}
