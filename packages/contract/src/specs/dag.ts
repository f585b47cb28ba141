import * as z from "zod";
import { Timestamp } from "../values.ts";
import { SpecId, TaskId } from "../ids.ts";
import { TaskStatus, TestSummary } from "./task.ts";

export const DagNode = z
  .object({
    id: TaskId,
    title: z.string(),
    status: TaskStatus,
    depends_on: z.array(TaskId),
    estimated_hours: z.number(),
    on_critical_path: z.boolean(),
  })
  .meta({ id: "DagNode" });

export const Dag = z
  .object({
    spec_id: SpecId,
    nodes: z.array(DagNode),
    edges: z.array(z.object({ from: TaskId, to: TaskId })),
    critical_path: z.array(TaskId),
    critical_path_hours: z.number(),
  })
  .meta({ id: "Dag" });

export const ConflictLevel = z.enum(["low", "medium", "high"]);

/** How badly two branches collide: 0 not at all, 1 everywhere; low below 0.3, high from 0.7. */
export const BranchConflict = z
  .object({
    left: z.string(),
    right: z.string(),
    score: z.number(),
    level: ConflictLevel,
    files: z.array(z.string()),
  })
  .meta({ id: "BranchConflict" });

export const mergeStates = [
  "waiting",
  "queued",
  "merging",
  "merged",
  "conflict",
  "reverted",
  "blocked",
] as const;

export const MergeBranch = z
  .object({
    task_id: TaskId,
    name: z.string(),
    state: z.enum(mergeStates),
    /** Against the integration branch as it stands; `null` until the task has finished. */
    conflict_score: z.number().nullable(),
    level: ConflictLevel.nullable(),
    commit: z.string().nullable(),
    merge_commit: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: "MergeBranch" });

export const MergeStatus = z
  .object({
    spec_id: SpecId,
    integration_branch: z.string(),
    integration_commit: z.string().nullable(),
    branches: z.array(MergeBranch),
    gate: TestSummary.nullable(),
    ready: z.boolean(),
  })
  .meta({ id: "MergeStatus" });

export const Conflicts = z
  .object({
    spec_id: SpecId,
    pairs: z.array(BranchConflict),
    against_base: z.array(BranchConflict),
  })
  .meta({ id: "Conflicts" });

export const CriticalPath = z.object({
  spec_id: SpecId,
  tasks: z.array(DagNode),
  hours: z.number(),
});

export const SpecIdInput = z.object({ id: SpecId });

export const MergeInto = z.object({
  id: SpecId,
  into: z.string().min(1).max(200).describe("branch of your repository to move"),
});

export const MergedInto = z
  .object({
    spec_id: SpecId,
    branch: z.string(),
    kind: z.enum(["created", "fast_forward", "merge_commit", "up_to_date"]),
    previous_commit: z.string().nullable(),
    commit: z.string(),
    at: Timestamp,
  })
  .meta({ id: "MergedInto" });
