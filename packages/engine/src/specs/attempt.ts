import type { ModelPhase, OrgId, UsageResource } from "@aomori/contract";
import { errorBody, isCodedError } from "@aomori/protocol";
import type { ErrorBody } from "@aomori/protocol";
import { acceptedArtifacts, findSpecRow, reserveNumbers } from "@aomori/store";
import type { SpecRow } from "@aomori/store";
import type { EngineContext, PlanInput } from "../context.ts";
import type { PlanRequest } from "../ports.ts";
import type { Prompt } from "../planning/prompts.ts";
import { computeSync } from "../planning/sync.ts";
import { workspaceOf } from "../workspace-of.ts";
import type { AttemptMove } from "./next-move.ts";

const noUsage: UsageResource = { inputTokens: 0, outputTokens: 0, costMicrousd: null };

export type AttemptAnswer = { readonly durationMs: number; readonly usage: UsageResource } & (
  | { readonly kind: "object"; readonly value: unknown; readonly text: string }
  | { readonly kind: "malformed"; readonly text: string; readonly parseError: string }
  | { readonly kind: "error"; readonly error: ErrorBody }
);

/** Asks the model for the phase's artefact, or computes it where the phase is SYNC. Stores nothing. */
export async function makeAttempt(
  engine: EngineContext,
  input: PlanInput,
  move: AttemptMove,
): Promise<AttemptAnswer> {
  const startedAtMs = engine.clock.now();
  const duration = (): number => Math.max(0, engine.clock.now() - startedAtMs);
  const spec = await findSpecRow(engine.store.scope(input.orgId), input.specId);
  if (spec === undefined) throw new Error(`spec ${input.specId} vanished while it was planned`);
  try {
    if (move.phase === "SYNC") {
      const value = await sync(engine, input.orgId, spec);
      return {
        kind: "object",
        value,
        text: JSON.stringify(value),
        usage: noUsage,
        durationMs: duration(),
      };
    }
    const outcome = await engine.planner.plan(
      await planRequest(engine, input.orgId, spec, move.phase, {
        system: move.system,
        prompt: move.prompt,
      }),
    );
    return { ...outcome, durationMs: duration() };
  } catch (error) {
    engine.closing.throwIfAborted();
    if (!isCodedError(error)) throw error;
    return { kind: "error", error: errorBody(error), usage: noUsage, durationMs: duration() };
  }
}

async function planRequest(
  engine: EngineContext,
  orgId: OrgId,
  spec: SpecRow,
  phase: ModelPhase,
  prompt: Prompt,
): Promise<PlanRequest> {
  const repository =
    phase === "EXPLORE"
      ? { repository: await engine.workspaces.exploreDirectory(workspaceOf(orgId, spec)) }
      : {};
  return {
    phase,
    model: spec.model,
    keys: engine.keys.keysFor(spec.id),
    ...prompt,
    ...repository,
    signal: engine.closing,
  };
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
