import { setTaskStatuses, updateSpec } from "@aomori/store";
import { UserError } from "@aomori/protocol";
import { stopRun } from "../tasks/live-runs.ts";
import type { Decision } from "./decisions.ts";
import type { EngineContext } from "../context.ts";

/** Cancels a spec, its open tasks and their agents; branches stay. Errors: SPEC_NOT_FOUND, SPEC_OVER. */
export async function cancelSpec(engine: EngineContext, decision: Decision): Promise<void> {
  const { orgId, specId, by } = decision;
  await engine.boards.change(orgId, specId, async (board, tx) => {
    const { spec } = board;
    if (spec.status === "completed" || spec.status === "cancelled") {
      throw new UserError("conflict", "SPEC_OVER", `spec ${specId} is ${spec.status} already`);
    }
    const open = board.openTasks;
    await setTaskStatuses(
      tx,
      open.map((id) => ({ id, status: "cancelled" })),
    );
    await updateSpec(tx, specId, {
      status: "cancelled",
      planRun: spec.planRun + 1,
      mergeRun: spec.mergeRun + 1,
    });
    board.spec = { ...spec, status: "cancelled" };
    for (const id of open) {
      tx.emit({
        ...board.facts(id),
        type: "task.cancelled",
        summary: `${id} cancelled with its spec`,
        data: { by },
      });
    }
    tx.emit({
      type: "spec.cancelled",
      specId,
      projectId: spec.projectId,
      summary: `cancelled by ${by}`,
      data: { by },
    });
  });
  await Promise.all(engine.live.ofSpec(specId).map((run) => stopRun(run, { kind: "person", by })));
  engine.boards.unwatch(specId);
  engine.keys.forget(specId);
}
