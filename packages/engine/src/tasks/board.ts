import type { OrgId, SpecId, TaskId, TaskStatusName, TicketId } from "@aomori/contract";
import { requireSpec } from "../specs/require-spec.ts";
import { followsDependencies } from "../scheduling/readiness.ts";
import { isOver } from "./task-over.ts";
import type {
  BegunRun,
  OrgScope,
  OrgTransaction,
  SpecPatch,
  SpecRow,
  TaskPatch,
  TaskRow,
} from "@aomori/store";
import {
  acceptedArtifacts,
  beginRuns,
  listEdges,
  listLastWords,
  listTaskRows,
  setTaskStatuses,
  setTicketStatuses,
  updateSpec,
  updateTask,
} from "@aomori/store";
import { criticalPath } from "../scheduling/critical-path.ts";
import type { Candidate } from "../scheduling/select-dispatch.ts";
import { TaskDag } from "../scheduling/task-dag.ts";
import type { StatusChange } from "../scheduling/task-dag.ts";
import { statusOfTicket } from "../scheduling/ticket-status.ts";

interface Card {
  /** As stored. */
  row: TaskRow;
  /** Of the agent that did it; `undefined` where the store must be asked. */
  lastWords: string | null | undefined;
  /** A run begun here whose workflow has not come to its first agent. */
  untouchedRun: number | undefined;
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
  /** By number. */
  readonly #cards = new Map<TaskId, Card>();
  /** Those whose branches wait to be merged. */
  readonly #queued = new Set<Card>();
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
  updateSpec(tx: OrgTransaction, patch: SpecPatch): void {
    updateSpec(tx, this.specId, patch);
    this.#spec = { ...this.#spec, ...patch };
  }

  /** Every task's row as stored, by number. */
  get rows(): TaskRow[] {
    return [...this.#cards.values()].map(({ row }) => row);
  }

  /** A task's row as stored. Throws for a task of another spec. */
  row(id: TaskId): TaskRow {
    return this.#card(id).row;
  }

  /** Changes a task's row and its image alike; the caller has set its status in the graph. */
  updateTask(tx: OrgTransaction, id: TaskId, patch: TaskPatch): void {
    updateTask(tx, id, patch);
    const { result, notes, ...columns } = patch;
    const card = this.#card(id);
    this.#take(card, { ...columns, ...(notes === undefined ? {} : { notes: [...notes] }) });
    if (result !== undefined) this.#hear(card, result?.logs ?? null);
  }

  /** Begins another run of tasks that are ready: another attempt, its validation rounds counted from the first. */
  beginRuns(tx: OrgTransaction, ids: readonly TaskId[]): BegunRun[] {
    const { now } = tx;
    const begun = ids.map((id) => {
      const card = this.#card(id);
      const { run, attempt, startedAt } = card.row;
      this.#take(card, {
        status: "running",
        run: run + 1,
        attempt: attempt + 1,
        validationRound: 0,
        notBefore: null,
        failure: null,
        startedAt: startedAt ?? now,
        endedAt: null,
      });
      card.untouchedRun = run + 1;
      return { id, run: run + 1, attempt: attempt + 1 };
    });
    beginRuns(tx, begun, now);
    return begun;
  }

  /** Whether nobody can have worked in this run yet; true once for a run, false where nobody knows. */
  touch(id: TaskId, run: number): boolean {
    const card = this.#card(id);
    const isUntouched = card.untouchedRun === run;
    card.untouchedRun = undefined;
    return isUntouched;
  }

  /** The rows of those a task waits for, by number. */
  dependencyRows(id: TaskId): TaskRow[] {
    const rows = this.dag.dependencies(id).map((on) => this.row(on));
    return rows.sort((left, right) => left.number - right.number);
  }

  /** What the agents of these tasks said at their ends. */
  async lastWords(
    scope: OrgScope,
    ids: readonly TaskId[],
  ): Promise<ReadonlyMap<TaskId, string | null>> {
    const unknown = ids.filter((id) => this.#card(id).lastWords === undefined);
    const read = unknown.length === 0 ? undefined : await listLastWords(scope, unknown);
    for (const id of unknown) this.#hear(this.#card(id), read?.get(id) ?? null);
    return new Map(ids.map((id) => [id, this.#card(id).lastWords ?? read?.get(id) ?? null]));
  }

  /** The first finished branch behind the task of that number that waits to be merged, with every dependency merged. */
  nextMergeable(afterNumber: number): TaskRow | undefined {
    let first: TaskRow | undefined;
    for (const { row } of this.#queued) {
      if (row.number <= afterNumber || row.number > (first?.number ?? Infinity)) continue;
      const on = this.dag.dependencies(row.id);
      if (on.every((id) => this.row(id).mergeState === "merged")) first = row;
    }
    return first;
  }

  /** How many finished branches wait to be merged. */
  get queuedCount(): number {
    return this.#queued.size;
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
    const card = this.#card(id);
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
  persist(
    tx: OrgTransaction,
    own: readonly TaskId[],
    followed: readonly StatusChange<TaskId>[],
  ): void {
    this.setStatuses(tx, followed);
    for (const { id, status } of followed) this.#tell(tx, id, status);
    this.#updateTickets(tx, [...own, ...followed.map(({ id }) => id)]);
  }

  /** Stores statuses that the graph has already, with their times, and tells nothing. */
  setStatuses(tx: OrgTransaction, changes: readonly StatusChange<TaskId>[]): void {
    const { nowMs } = tx;
    const now = new Date(nowMs).toISOString();
    setTaskStatuses(tx, changes, now);
    for (const { id, status } of changes) {
      const card = this.#card(id);
      if (status === "ready") card.readyAtMs = nowMs;
      this.#take(card, {
        status,
        endedAt: isOver(status) ? now : null,
        ...(status === "ready" ? { readyAt: now } : {}),
      });
    }
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

  #updateTickets(tx: OrgTransaction, tasks: readonly TaskId[]): void {
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
    setTicketStatuses(tx, updates);
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

  #card(id: TaskId): Card {
    const card = this.#cards.get(id);
    if (card === undefined) throw new Error(`${id} is not on the board of ${this.specId}`);
    return card;
  }

  #take(card: Card, columns: Partial<TaskRow>): void {
    card.row = { ...card.row, ...columns };
    const { status, mergeState } = card.row;
    if (mergeState === "queued" && status === "completed") this.#queued.add(card);
    else this.#queued.delete(card);
  }

  #hear(card: Card, words: string | null): void {
    card.lastWords = words === null || words.length <= longestWords ? words : undefined;
  }

  #place(task: TaskRow): void {
    const card = cardOf(task);
    this.#cards.set(task.id, card);
    this.#take(card, {});
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

/** Longer last words are read from the store each time, in characters. */
const longestWords = 20_000;

function cardOf(row: TaskRow): Card {
  return {
    row,
    lastWords: undefined,
    untouchedRun: undefined,
    readyAtMs: Date.parse(row.readyAt ?? row.createdAt),
    notBeforeMs: row.notBefore === null ? undefined : Date.parse(row.notBefore),
    retries: Math.max(0, row.attempt - 1),
    backoffs: 0,
    hoursToEnd: row.estimatedHours,
  };
}
