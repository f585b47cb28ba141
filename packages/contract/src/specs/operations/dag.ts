import { defineOperation } from "@aomori/operation";
import { Conflicts, Dag, MergeInto, MergeStatus, MergedInto, SpecIdInput } from "../dag.ts";

export const getDag = defineOperation({
  id: "dag.get",
  summary: "Show a spec's task graph",
  http: { method: "GET", path: "/api/specs/{id}/dag" },
  input: SpecIdInput,
  output: Dag,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: { command: "dag show", positionals: ["id"] },
});

export const getMergeStatus = defineOperation({
  id: "dag.merge_status",
  summary: "Show what is merged, what waits and the last test gate",
  http: { method: "GET", path: "/api/specs/{id}/merge-status" },
  input: SpecIdInput,
  output: MergeStatus,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: { command: "dag merge-status", positionals: ["id"] },
});

export const getConflicts = defineOperation({
  id: "dag.conflicts",
  summary: "Score how badly each pair of finished branches collides",
  http: { method: "GET", path: "/api/specs/{id}/conflicts" },
  input: SpecIdInput,
  output: Conflicts,
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: { command: "dag conflicts", positionals: ["id"] },
});

export const triggerMerge = defineOperation({
  id: "dag.merge",
  summary: "Run the merge queue now on what is finished",
  http: { method: "POST", path: "/api/specs/{id}/merge", successStatus: 202 },
  input: SpecIdInput,
  output: MergeStatus,
  scope: "specs:write",
  effects: { readOnly: false, idempotencyKey: true, dryRun: true },
  errors: ["SPEC_NOT_FOUND", "SPEC_OVER"],
  cli: { command: "dag merge", positionals: ["id"] },
});

export const mergeInto = defineOperation({
  id: "dag.merge_into",
  summary: "Move a branch of your repository to the merged result",
  http: { method: "POST", path: "/api/specs/{id}/merge-into" },
  input: MergeInto,
  output: MergedInto,
  scope: "specs:write",
  effects: { readOnly: false, destructive: true, dryRun: true },
  errors: [
    "SPEC_NOT_FOUND",
    "NOTHING_MERGED",
    "BRANCH_CHECKED_OUT",
    "BRANCH_NOT_FOUND",
    "MERGE_CONFLICT",
  ],
});
