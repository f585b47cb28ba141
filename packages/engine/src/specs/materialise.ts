import { TaskId, TicketId } from "@aomori/contract";
import { acceptedArtifacts, insertTasks, insertTickets, updateSpec } from "@aomori/store";
import type { NewTask, OrgTransaction, SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import { resolvePlan } from "../planning/resolve-plan.ts";
import type { ResolvedPlan } from "../planning/resolve-plan.ts";
import { announceTask } from "../tasks/add-task.ts";
import { currentPlan } from "./current-plan.ts";

/** Turns an accepted plan into tickets, tasks and edges, once, and lets the spec run. */
export async function materialise(engine: EngineContext, input: PlanInput): Promise<void> {
  await engine.store.transaction(input.orgId, async (tx) => {
    const spec = await currentPlan(tx, input);
    if (spec === undefined) return;
    const { TASKS: plan, SYNC: sync } = await acceptedArtifacts(tx, spec.id);
    if (plan === undefined || sync === undefined) {
      throw new Error(`spec ${spec.id} has no accepted plan to run`);
    }
    const resolved = resolvePlan(plan, sync);
    await createTickets(tx, spec, resolved);
    await createTasks(tx, spec, resolved);
    updateSpec(tx, spec.id, { status: "running", phase: "SYNC", failure: null });
    tx.emit({
      type: "spec.running",
      specId: spec.id,
      projectId: spec.projectId,
      summary: `${plan.tasks.length} tasks in ${plan.tickets.length} tickets`,
      data: { tasks: plan.tasks.length },
    });
  });
  engine.boards.watch(input.orgId, input.specId);
  engine.wake();
}

async function createTickets(
  tx: OrgTransaction,
  spec: SpecRow,
  { tickets }: ResolvedPlan,
): Promise<void> {
  const rows = tickets.map((ticket) => ({
    ...ticket,
    id: TicketId.parse(ticket.id),
    specId: spec.id,
  }));
  await insertTickets(tx, rows);
  for (const ticket of rows) {
    tx.emit({
      type: "ticket.created",
      specId: spec.id,
      projectId: spec.projectId,
      ticketId: ticket.id,
      summary: `${ticket.id}: ${ticket.title}`,
      data: { title: ticket.title },
    });
  }
}

async function createTasks(
  tx: OrgTransaction,
  spec: SpecRow,
  { tasks, edges }: ResolvedPlan,
): Promise<void> {
  const rows = tasks.map((task): NewTask => ({
    ...task,
    id: TaskId.parse(task.id),
    ticketId: task.ticketId === undefined ? null : TicketId.parse(task.ticketId),
    specId: spec.id,
    originKey: null,
    kind: "planned",
    executionMode: "implementation",
    dependsOn: edges.filter((edge) => edge.to === task.id).map((edge) => TaskId.parse(edge.from)),
    notes: [],
  }));
  await insertTasks(tx, rows);
  for (const task of rows) {
    announceTask(tx, spec, task);
    if (task.dependsOn.length > 0) continue;
    tx.emit({
      specId: spec.id,
      projectId: spec.projectId,
      taskId: task.id,
      ticketId: task.ticketId,
      type: "task.ready",
      summary: `${task.id} is ready`,
      data: {},
    });
  }
}
