import type { StoredEvent } from "@aomori/store";

/** What the event stream alone says of a spec. */
export interface Replayed {
  spec: string | undefined;
  phase: string;
  readonly tasks: Record<string, string>;
  readonly tickets: Record<string, string>;
  readonly agents: Record<string, string>;
}

const specStatus: Readonly<Record<string, string>> = {
  "spec.created": "planning",
  "phase.started": "planning",
  "phase.edited": "awaiting_approval",
  "phase.awaiting_approval": "awaiting_approval",
  "spec.running": "running",
  "spec.merging": "merging",
  "spec.completed": "completed",
  "spec.failed": "failed",
  "spec.cancelled": "cancelled",
};

const taskStatus: Readonly<Record<string, string>> = {
  "task.created": "pending",
  "task.pending": "pending",
  "task.ready": "ready",
  "task.assigned": "running",
  "task.retrying": "ready",
  "validation.started": "validating",
  "validation.failed": "running",
  "task.completed": "completed",
  "task.failed": "failed",
  "task.blocked": "blocked",
  "task.cancelled": "cancelled",
};

const agentStatus: Readonly<Record<string, string>> = {
  "agent.started": "starting",
  "agent.completed": "completed",
  "agent.failed": "failed",
  "agent.stopped": "stopped",
};

/** A field of an event's data that is a text. */
export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${JSON.stringify(value)} is no text`);
  return value;
}

/** Folds the events of one spec, in their order. */
export function replay(events: readonly StoredEvent[]): Replayed {
  const state: Replayed = { spec: undefined, phase: "EXPLORE", tasks: {}, tickets: {}, agents: {} };
  for (const { type, data, task_id: task, ticket_id: ticket, agent_id: agent } of events) {
    state.spec = specStatus[type] ?? state.spec;
    if (type === "phase.started") state.phase = textOf(data["phase"]);
    if (type === "phase.advanced") state.phase = textOf(data["to"]);
    const ofTask = taskStatus[type];
    if (task !== undefined && ofTask !== undefined) state.tasks[task] = ofTask;
    const ofAgent = agentStatus[type];
    if (agent !== undefined && ofAgent !== undefined) state.agents[agent] = ofAgent;
    if (ticket === undefined) continue;
    if (type === "ticket.created") state.tickets[ticket] = "pending";
    if (type === "ticket.updated") state.tickets[ticket] = textOf(data["status"]);
  }
  return state;
}
