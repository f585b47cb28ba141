import type { SpecRow, TaskRow } from "@aomori/store";
import type { MergeInput } from "../context.ts";
import type { Board } from "../tasks/board.ts";

/** Branches may be merged. */
export const isOpen = (spec: SpecRow): boolean =>
  spec.status === "running" || spec.status === "merging";

/** The spec while `input` is its newest merge run. */
export function currentMerge({ spec }: Board, input: MergeInput): SpecRow | undefined {
  return spec.mergeRun === input.run && isOpen(spec) ? spec : undefined;
}

export const tipOf = (spec: SpecRow): string => spec.integrationCommit ?? spec.baseCommit;

/** Interrupting it ends a test run of the queue. */
export const mergeInterrupt = (spec: Pick<MergeInput, "specId">): string => `${spec.specId}/merge`;

export const branchNameOf = (task: TaskRow): string => task.branch ?? task.id;
