import type { TaskStatusName } from "@aomori/contract";

const over: readonly TaskStatusName[] = ["completed", "failed", "cancelled"];

/** A task that will not run again unless somebody asks for it. */
export function isOver(status: TaskStatusName): boolean {
  return over.includes(status);
}
