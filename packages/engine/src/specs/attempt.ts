import type { ModelPhase, OrgId, UsageResource } from "@aomori/contract";
import { errorBody } from "@aomori/protocol";
import type { ErrorBody } from "@aomori/protocol";
import { acceptedArtifacts, reserveNumbers } from "@aomori/store";
import type { SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import type { PlanOutcome } from "../ports.ts";
import type { Prompt } from "../planning/prompts.ts";
import { computeSync } from "../planning/sync.ts";
import { workspaceOf } from "../workspace-of.ts";
import { planInterrupt, seenPlan } from "./current-plan.ts";
import type { AttemptMove } from "./next-move.ts";

const noUsage: UsageResource = { inputTokens: 0, outputTokens: 0, costMicrousd: null };

export type AttemptAnswer = { readonly durationMs: number; readonly usage: UsageResource } & (
  | { readonly kind: "object"; readonly value: unknown; readonly text: string }
  | { readonly kind: "malformed"; readonly text: string; readonly parseError: string }
  | { readonly kind: "error"; readonly error: ErrorBody }
  /** A person has decided otherwise before anything was asked. */
  | { readonly kind: "superseded" }
);

/** Asks the model for the phase's artefact, or computes it where the phase is SYNC. Stores nothing. */
export async function makeAttempt(
  engine: EngineContext,
  input: PlanInput,
  move: AttemptMove,
): Promise<AttemptAnswer> {
  const startedAtMs = engine.clock.now();
  const duration = (): number => Math.max(0, engine.clock.now() - startedAtMs);
  const spec = await seenPlan(engine.store.scope(input.orgId), input);
  if (spec === undefined) return { kind: "superseded", usage: noUsage, durationMs: duration() };
  try {
    const answer =
      move.phase === "SYNC"
        ? await syncAnswer(engine, input.orgId, spec)
        : await ask(engine, input.orgId, spec, move.phase, move);
    return { ...answer, durationMs: duration() };
  } catch (error) {
    return { kind: "error", error: errorBody(error), usage: noUsage, durationMs: duration() };
  }
}

async function ask(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
  phase: ModelPhase,
  { system, prompt }: Prompt,
): Promise<PlanOutcome> {
  const repository =
    phase === "EXPLORE"
      ? { repository: await engine.workspaces.exploreDirectory(workspaceOf(orgId, spec)) }
      : {};
  return engine.interrupts.during(planInterrupt({ specId: spec.id }), engine.closing, (signal) =>
    engine.planner.plan({
      phase,
      model: spec.model,
      keys: engine.keys.keysFor(spec.id),
      system,
      prompt,
      ...repository,
      signal,
    }),
  );
}

async function syncAnswer(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
): Promise<Extract<PlanOutcome, { kind: "object" }>> {
  const value = await sync(engine, orgId, spec);
  return { kind: "object", value, text: JSON.stringify(value), usage: noUsage };
}

async function sync(engine: EngineContext, orgId: OrgId, spec: SpecRow): Promise<unknown> {
  const accepted = await acceptedArtifacts(engine.store.scope(orgId), spec.id);
  const { REQUIREMENTS: requirements, DESIGN: design, TASKS: tasks } = accepted;
  if (requirements === undefined || design === undefined || tasks === undefined) {
    throw new Error(`spec ${spec.id} reached SYNC without its artefacts`);
  }
  const ids = await engine.store.transaction(orgId, (tx) =>
    reserveNumbers(tx, { tasks: tasks.tasks.length, tickets: tasks.tickets.length }),
  );
  return computeSync({
    requirements,
    design,
    tasks,
    taskIds: new Map(tasks.tasks.map((task, index) => [task.id, ids.tasks[index] ?? task.id])),
    ticketIds: new Map(
      tasks.tickets.map((ticket, index) => [ticket.id, ids.tickets[index] ?? ticket.id]),
    ),
  });
}
