import type { StreamedEvent } from "@aomori/command";
import type { TaskGraph } from "../dag/task-graph.ts";
import { fieldsAt, numberAt, textAt } from "../wire/fields.ts";

export interface BoardAgent {
  readonly id: string;
  readonly taskId: string;
  readonly mode: string;
  readonly startedAtMs: number;
  readonly steps: number;
  readonly doing: string;
}

export type PhaseState = "waiting" | "running" | "rejected" | "done";

const emptyGraph: TaskGraph = { tasks: [], edges: [], criticalPath: [], criticalPathHours: 0 };

const taskStatuses: Readonly<Record<string, string>> = {
  "task.ready": "ready",
  "task.assigned": "running",
  "task.started": "running",
  "task.retrying": "pending",
  "validation.started": "validating",
  "validation.failed": "running",
  "task.completed": "completed",
  "task.failed": "failed",
  "task.blocked": "blocked",
  "task.cancelled": "cancelled",
};

const agentEnds = ["agent.completed", "agent.failed", "agent.stopped"];
const keptEvents = 50;

/** What the events of one spec add up to, as far as the live picture shows it. */
export class DemoBoard {
  readonly phases: Map<string, PhaseState> = new Map();
  readonly agents: Map<string, BoardAgent> = new Map();
  /** Newest last; without agents' steps. */
  readonly events: StreamedEvent[] = [];
  graph: TaskGraph = emptyGraph;
  score: number | undefined;
  passed = false;
  status = "planning";

  /** Takes in one event; true when the graph must be asked for again. */
  apply(event: StreamedEvent, isStep: boolean): boolean {
    if (!isStep && event.type !== "ticket.updated") {
      this.events.push(event);
      if (this.events.length > keptEvents) this.events.shift();
    }
    const noun = event.type.split(".")[0];
    if (noun === "phase") this.#applyPhase(event);
    if (noun === "spec") this.status = event.type.slice("spec.".length);
    if (noun === "agent") this.#applyAgent(event);
    return this.#applyTask(event);
  }

  titleOf(taskId: string): string | undefined {
    return this.graph.tasks.find(({ id }) => id === taskId)?.title;
  }

  #applyPhase(event: StreamedEvent): void {
    const data = fieldsAt(event, "data");
    const phase = textAt(data, "phase");
    const from = textAt(data, "from");
    if (event.type === "phase.started" && phase !== undefined) this.phases.set(phase, "running");
    if (event.type === "phase.retrying" && phase !== undefined) this.phases.set(phase, "rejected");
    if (event.type === "phase.advanced" && from !== undefined) this.phases.set(from, "done");
    if (event.type !== "phase.evaluated") return;
    this.score = numberAt(data, "score");
    this.passed = data["passed"] === true;
  }

  #applyAgent(event: StreamedEvent): void {
    const id = textAt(event, "agent_id");
    if (id === undefined) return;
    if (agentEnds.includes(event.type)) {
      this.agents.delete(id);
      return;
    }
    const data = fieldsAt(event, "data");
    const known = this.agents.get(id);
    if (event.type === "agent.started") {
      this.agents.set(id, {
        id,
        taskId: textAt(event, "task_id") ?? "",
        mode: textAt(data, "execution_mode") ?? "",
        startedAtMs: Date.parse(textAt(event, "at") ?? "") || Date.now(),
        steps: 0,
        doing: "starting",
      });
    } else if (known !== undefined && event.type !== "agent.heartbeat") {
      const steps = (numberAt(data, "index") ?? known.steps - 1) + 1;
      this.agents.set(id, { ...known, steps, doing: textAt(event, "summary") ?? known.doing });
    }
  }

  #applyTask(event: StreamedEvent): boolean {
    if (event.type === "task.created") return true;
    const status = taskStatuses[event.type];
    const id = textAt(event, "task_id");
    if (status === undefined || id === undefined) return false;
    const tasks = this.graph.tasks.map((task) => (task.id === id ? { ...task, status } : task));
    this.graph = { ...this.graph, tasks };
    return false;
  }
}
