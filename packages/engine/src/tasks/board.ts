import type { OrgId, SpecId, TaskId, TaskStatusName, TicketId } from "@aomori/contract";
import { requireSpec } from "../specs/require-spec.ts";
import { followsDependencies } from "../scheduling/readiness.ts";
import { isOver } from "./task-over.ts";
import type { OrgScope, OrgTransaction, SpecPatch, SpecRow, TaskRow } from "@aomori/store";
import {
  acceptedArtifacts,
  listEdges,
  listTaskRows,
  setTaskStatuses,
  setTicketStatuses,
  updateSpec,
} from "@aomori/store";
import { criticalPath } from "../scheduling/critical-path.ts";
import type { Candidate } from "../scheduling/select-dispatch.ts";
import { TaskDag } from "../scheduling/task-dag.ts";
import type { StatusChange } from "../scheduling/task-dag.ts";
import { statusOfTicket } from "../scheduling/ticket-status.ts";

/** What the dispatcher must know of a task besides its status. */
interface Card {
  readonly row: TaskRow;
  readyAtMs: number;
  notBeforeMs: number | undefined;
  retries: number;
  /** Rate limits in a row; begins anew when the board is read anew. */
  backoffs: number;
  hoursToEnd: number;
}

export interface TaskFacts {
  readonly specId: SpecId;
  readonly projectId: SpecRow["projectId"];
  readonly taskId: TaskId;
  readonly ticketId: TicketId | null;
}

/**
 * The tasks of one spec as the engine sees them: an image of the store, changed only together with it
 * (see `Boards.change`) and thrown away when a transaction fails.
 */
export class Board {
  readonly orgId: OrgId;
  readonly specId: SpecId;
  readonly dag: TaskDag<TaskId>;
  #spec: SpecRow;
  #requirements: ReadonlyMap<string, string> | undefined;
  readonly #cards = new Map<TaskId, Card>();
  readonly #tickets = new Map<TicketId, { status: TaskStatusName; readonly tasks: TaskId[] }>();
  #criticalPathHours = 0;

  constructor(
    orgId: OrgId,
    spec: SpecRow,
    tasks: readonly TaskRow[],
    edges: readonly { readonly from: TaskId; readonly to: TaskId }[],
  ) {
    this.orgId = orgId;
    this.specId = spec.id;
    this.#spec = spec;
    this.dag = new TaskDag(tasks, edges);
    for (const task of tasks) this.#place(task);
    for (const ticket of this.#tickets.values()) ticket.status = this.#statusOf(ticket.tasks);
    this.#weigh();
  }

  static async load(scope: OrgScope, specId: SpecId): Promise<Board> {
    const spec = await requireSpec(scope, specId);
    const edges = await listEdges(scope, specId);
    return new Board(scope.orgId, spec, await listTaskRows(scope, specId), edges);
  }

  /** As stored; its usage and scores are those of when the board was read. */
  get spec(): SpecRow {
    return this.#spec;
  }

  get size(): number {
    return this.#cards.size;
  }

  /** Changes the spec's row and its image alike. */
  async updateSpec(tx: OrgTransaction, patch: SpecPatch): Promise<void> {
    await updateSpec(tx, this.specId, patch);
    this.#spec = { ...this.#spec, ...patch };
  }

  /** Texts of the accepted requirements by id; they cannot change any more once there are tasks. */
  async requirements(scope: OrgScope): Promise<ReadonlyMap<string, string>> {
    if (this.#requirements === undefined) {
      const { REQUIREMENTS } = await acceptedArtifacts(scope, this.specId);
      const all = REQUIREMENTS?.requirements ?? [];
      this.#requirements = new Map(all.map(({ id, text }) => [id, text]));
    }
    return this.#requirements;
  }

  get dispatches(): boolean {
    return this.spec.status === "running";
  }

  /** Tasks that hold a slot now. */
  get runningCount(): number {
    return this.dag.count("running") + this.dag.count("validating");
  }

  candidates(): Candidate<TaskId>[] {
    return [...this.dag.ready()].map((id) => this.candidateOf(id));
  }

  /** What the dispatcher weighs of a task. */
  candidateOf(id: TaskId): Candidate<TaskId> {
    const { settings, projectId, agent } = this.spec;
    const card = this.#cards.get(id);
    if (card === undefined) throw new Error(`${id} is not on the board of ${this.specId}`);
    return {
      id,
      specId: this.specId,
      projectId,
      driver: agent,
      priority: card.row.priority,
      readyAtMs: card.readyAtMs,
      dependents: this.dag.dependentCount(id),
      retries: card.retries,
      maxRetries: settings.maxTaskAttempts,
      hoursToEnd: card.hoursToEnd,
      criticalPathHours: this.#criticalPathHours,
      ...(card.notBeforeMs === undefined ? {} : { notBeforeMs: card.notBeforeMs }),
    };
  }

  /** Takes in a task the caller has inserted, with its edges already in the graph. */
  add(task: TaskRow): void {
    this.#place(task);
    this.#weigh();
  }

  postpone(id: TaskId, notBeforeMs: number, counts: Pick<Card, "retries" | "backoffs">): void {
    const card = this.#cards.get(id);
    if (card !== undefined) Object.assign(card, { notBeforeMs, ...counts });
  }

  /** Rate limits in a row, the one under way not counted. */
  backoffsOf(id: TaskId): number {
    return this.#cards.get(id)?.backoffs ?? 0;
  }

  /**
   * Stores what a change of `own` made of other tasks and tells of it; the row and the event of `own`
   * itself are the caller's.
   */
  async persist(
    tx: OrgTransaction,
    own: readonly TaskId[],
    followed: readonly StatusChange<TaskId>[],
  ): Promise<void> {
    if (followed.length > 0) await setTaskStatuses(tx, followed);
    for (const { id, status } of followed) {
      const card = this.#cards.get(id);
      if (card !== undefined && status === "ready") card.readyAtMs = tx.nowMs;
      this.#tell(tx, id, status);
    }
    await this.#updateTickets(tx, [...own, ...followed.map(({ id }) => id)]);
  }

  /** Where an event about a task belongs. */
  facts(id: TaskId): TaskFacts {
    const ticketId = this.#cards.get(id)?.row.ticketId ?? null;
    return { specId: this.specId, projectId: this.spec.projectId, taskId: id, ticketId };
  }

  isWaiting(id: TaskId): boolean {
    return followsDependencies(this.dag.status(id));
  }

  /** Every task has ended one way or another, or waits for a person. */
  get settled(): boolean {
    return this.dag.settled;
  }

  /** Tasks without which the spec cannot be complete, and that do not go on by themselves. */
  get stopped(): TaskId[] {
    return [...this.tasksWith("failed"), ...this.tasksWith("blocked")];
  }

  tasksWith(status: TaskStatusName): TaskId[] {
    return [...this.#cards.keys()].filter((id) => this.dag.status(id) === status);
  }

  get openTasks(): TaskId[] {
    return [...this.#cards.keys()].filter((id) => !isOver(this.dag.status(id)));
  }

  #tell(tx: OrgTransaction, id: TaskId, status: TaskStatusName): void {
    const facts = this.facts(id);
    if (status === "pending") {
      const on = this.dag
        .dependencies(id)
        .filter((dependency) => this.dag.status(dependency) !== "completed");
      const message = `waits for ${on.length === 0 ? "the merge of its dependencies" : on.join(", ")}`;
      tx.emit({ ...facts, type: "task.pending", summary: `${id} ${message}`, data: { message } });
    }
    if (status === "ready") {
      tx.emit({ ...facts, type: "task.ready", summary: `${id} is ready`, data: {} });
    }
    if (status === "blocked") {
      const [by] = this.dag.stoppers(id);
      const message = by === undefined ? "waits for a person" : `${by} ${this.dag.status(by)}`;
      tx.emit({
        ...facts,
        type: "task.blocked",
        summary: `${id} is blocked: ${message}`,
        data: { code: "DEPENDENCY_STOPPED", message, blockedBy: by ?? null },
      });
    }
  }

  async #updateTickets(tx: OrgTransaction, tasks: readonly TaskId[]): Promise<void> {
    const touched = new Set(tasks.map((id) => this.#cards.get(id)?.row.ticketId ?? null));
    const updates = [...touched].flatMap((id) => {
      const ticket = id === null ? undefined : this.#tickets.get(id);
      if (id === null || ticket === undefined) return [];
      const status = this.#statusOf(ticket.tasks);
      if (status === ticket.status) return [];
      ticket.status = status;
      return { id, status };
    });
    if (updates.length === 0) return;
    await setTicketStatuses(tx, updates);
    for (const { id, status } of updates) {
      const { specId, spec } = this;
      tx.emit({
        type: "ticket.updated",
        specId,
        projectId: spec.projectId,
        ticketId: id,
        summary: `${id} is ${status}`,
        data: { status },
      });
    }
  }

  #place(task: TaskRow): void {
    this.#cards.set(task.id, cardOf(task));
    if (task.ticketId === null) return;
    const ticket = this.#tickets.get(task.ticketId);
    if (ticket === undefined)
      this.#tickets.set(task.ticketId, { status: "pending", tasks: [task.id] });
    else ticket.tasks.push(task.id);
  }

  #statusOf(tasks: readonly TaskId[]): TaskStatusName {
    return statusOfTicket(tasks.map((id) => this.dag.status(id)));
  }

  #weigh(): void {
    const cards = [...this.#cards.values()];
    const path = criticalPath(
      cards.map(({ row }) => ({ id: row.id, weight: row.estimatedHours })),
      cards.flatMap(({ row }) =>
        this.dag.dependencies(row.id).map((from) => ({ from, to: row.id })),
      ),
    );
    this.#criticalPathHours = path.length;
    for (const card of cards) card.hoursToEnd = path.toEnd.get(card.row.id) ?? 0;
  }
}

function cardOf(row: TaskRow): Card {
  return {
    row,
    readyAtMs: Date.parse(row.readyAt ?? row.createdAt),
    notBeforeMs: row.notBefore === null ? undefined : Date.parse(row.notBefore),
    retries: Math.max(0, row.attempt - 1),
    backoffs: 0,
    hoursToEnd: row.estimatedHours,
  };
}
