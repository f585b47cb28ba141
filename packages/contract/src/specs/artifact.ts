import * as z from "zod";
import { Json, Timestamp, Usage } from "../values.ts";
import { AttemptId, SpecId } from "../ids.ts";
import { PlanningPhase } from "../planning/phase.ts";

export const Criterion = z
  .object({
    name: z.string(),
    weight: z.number(),
    score: z.number(),
    detail: z.string(),
  })
  .meta({ id: "Criterion" });

/** A finding that no score outweighs. */
export const Veto = z.object({ code: z.string(), message: z.string() }).meta({ id: "Veto" });

export const artifactStatuses = ["candidate", "accepted", "rejected", "stale"] as const;
export const ArtifactStatus = z.enum(artifactStatuses);

/** One version of what a phase produced. */
export const Artifact = z
  .object({
    spec_id: SpecId,
    phase: PlanningPhase,
    version: z.int().min(1),
    status: ArtifactStatus,
    origin: z.enum(["model", "edited", "computed"]),
    score: z.number().nullable(),
    criteria: z.array(Criterion),
    vetoes: z.array(Veto),
    feedback: z.array(z.string()),
    /** The artefact itself, shaped by its phase. */
    content: Json,
    created_by: z.string(),
    created_at: Timestamp,
  })
  .meta({ id: "Artifact" });

export const PhaseAttempt = z
  .object({
    id: AttemptId,
    spec_id: SpecId,
    phase: PlanningPhase,
    number: z.int().min(1),
    status: z.enum(["running", "accepted", "rejected", "failed"]),
    prompt: z.string(),
    output: z.string().nullable(),
    artifact_version: z.int().nullable(),
    score: z.number().nullable(),
    feedback: z.array(z.string()),
    error: z.string().nullable(),
    usage: Usage,
    duration_ms: z.int().nullable(),
    started_at: Timestamp,
    ended_at: Timestamp.nullable(),
  })
  .meta({ id: "PhaseAttempt" });

export const ListArtifacts = z.object({ id: SpecId, phase: PlanningPhase.optional() });
export const EditArtifact = z.object({
  id: SpecId,
  phase: PlanningPhase,
  /** The whole artefact. */
  content: Json,
});
export const ListAttempts = z.object({ id: SpecId, phase: PlanningPhase.optional() });
