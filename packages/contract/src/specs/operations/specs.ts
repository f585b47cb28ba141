import { defineOperation } from "@aomori/operation";
import * as z from "zod";
import { pageOf } from "../../page.ts";
import { Artifact, EditArtifact, ListArtifacts, ListAttempts, PhaseAttempt } from "../artifact.ts";
import {
  CreateSpec,
  GetSpec,
  ListSpecs,
  RejectPhase,
  RetryPhase,
  Spec,
  SpecAction,
} from "../spec.ts";

const write = { readOnly: false, idempotencyKey: true, dryRun: true } as const;
const columns = ["id", "title", "status", "phase", "evaluator_score"];

export const createSpec = defineOperation({
  id: "specs.create",
  summary: "Create a spec and start its pipeline",
  http: { method: "POST", path: "/api/specs", successStatus: 201 },
  input: CreateSpec,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: [
    "NOT_A_GIT_REPOSITORY",
    "REPOSITORY_EMPTY",
    "BRANCH_NOT_FOUND",
    "DRIVER_NOT_FOUND",
    "MODEL_NOT_CONFIGURED",
  ],
  cli: {
    command: "spec create",
    columns,
    flags: { gates: "gate" },
    examples: ['aomori spec create --title "Add auth" --description "Sign in with a password"'],
  },
});

export const listSpecs = defineOperation({
  id: "specs.list",
  summary: "List specs, newest first",
  http: { method: "GET", path: "/api/specs" },
  input: ListSpecs,
  output: pageOf(Spec),
  scope: "specs:read",
  effects: { readOnly: true },
  cli: { command: "spec list", columns, examples: ["aomori spec list --phase TASKS --limit 10"] },
});

export const getSpec = defineOperation({
  id: "specs.get",
  summary: "Show a spec's phase, score and counts",
  http: { method: "GET", path: "/api/specs/{id}" },
  input: GetSpec,
  output: Spec,
  scope: "specs:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: { command: "spec status", positionals: ["id"], columns },
});

export const advanceSpec = defineOperation({
  id: "specs.advance",
  summary: "Accept the current artefact below the threshold, or pass a gate",
  http: { method: "POST", path: "/api/specs/{id}/advance" },
  input: SpecAction,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "ARTIFACT_VETOED", "NOTHING_TO_ADVANCE", "SPEC_OVER"],
  cli: { command: "spec advance", positionals: ["id"], columns },
});

export const retryPhase = defineOperation({
  id: "specs.retry_phase",
  summary: "Evaluate an edited artefact again, or make a new attempt at a phase",
  http: { method: "POST", path: "/api/specs/{id}/retry" },
  input: RetryPhase,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "PHASE_NOT_REACHED", "SPEC_OVER"],
  cli: { command: "spec retry", positionals: ["id"], columns },
});

export const approveSpec = defineOperation({
  id: "specs.approve",
  summary: "Approve the artefact that waits at a gate",
  http: { method: "POST", path: "/api/specs/{id}/approve" },
  input: SpecAction,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "NOTHING_TO_APPROVE"],
  cli: { command: "spec approve", positionals: ["id"], columns },
});

export const rejectSpec = defineOperation({
  id: "specs.reject",
  summary: "Reject the artefact that waits at a gate; the comment feeds the next attempt",
  http: { method: "POST", path: "/api/specs/{id}/reject" },
  input: RejectPhase,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "NOTHING_TO_APPROVE"],
  cli: { command: "spec reject", positionals: ["id", "comment"], columns },
});

export const cancelSpec = defineOperation({
  id: "specs.cancel",
  summary: "Cancel a spec and stop its agents",
  http: { method: "POST", path: "/api/specs/{id}/cancel" },
  input: SpecAction,
  output: Spec,
  scope: "specs:write",
  effects: write,
  errors: ["SPEC_NOT_FOUND", "SPEC_OVER"],
  cli: { command: "spec cancel", positionals: ["id"], columns },
});

export const listArtifacts = defineOperation({
  id: "specs.artifacts",
  summary: "List a spec's artefacts, every version",
  http: { method: "GET", path: "/api/specs/{id}/artifacts" },
  input: ListArtifacts,
  output: z.object({ items: z.array(Artifact) }),
  scope: "specs:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: {
    command: "spec artifacts",
    positionals: ["id"],
    columns: ["phase", "version", "status", "origin", "score"],
  },
});

export const editArtifact = defineOperation({
  id: "specs.edit_artifact",
  summary: "Replace a phase's artefact; it is evaluated at once and later phases become stale",
  http: { method: "PUT", path: "/api/specs/{id}/artifacts/{phase}" },
  input: EditArtifact,
  output: Artifact,
  scope: "specs:write",
  effects: { readOnly: false, dryRun: true },
  errors: ["SPEC_NOT_FOUND", "ARTIFACT_INVALID", "PHASE_NOT_REACHED", "SPEC_OVER", "PLAN_IN_USE"],
  cli: { command: "spec edit", positionals: ["id", "phase"] },
});

export const listAttempts = defineOperation({
  id: "specs.attempts",
  summary: "List the attempts at a spec's phases with prompt, output, score and cost",
  http: { method: "GET", path: "/api/specs/{id}/attempts" },
  input: ListAttempts,
  output: z.object({ items: z.array(PhaseAttempt) }),
  scope: "specs:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: {
    command: "spec attempts",
    positionals: ["id"],
    columns: ["phase", "number", "status", "score", "duration_ms"],
  },
});
