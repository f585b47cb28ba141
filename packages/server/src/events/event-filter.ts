import type { EventFilter, EventRecord } from "../ports.ts";

const wanted = (type: string, pattern: string): boolean =>
  pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** True when a reader with this filter gets the event; says the same as the store's query. */
export function matchesFilter(event: EventRecord, filter: EventFilter): boolean {
  if (filter.specId !== undefined && event.spec_id !== filter.specId) return false;
  if (filter.taskId !== undefined && event.task_id !== filter.taskId) return false;
  if (filter.agentId !== undefined && event.agent_id !== filter.agentId) return false;
  return filter.types === undefined || filter.types.some((pattern) => wanted(event.type, pattern));
}

/** Equal for filters that let the same events through. */
export function filterKey(filter: EventFilter): string {
  const types = filter.types === undefined ? null : [...filter.types].sort();
  return JSON.stringify([filter.specId, filter.taskId, filter.agentId, types]);
}
