import { UserError } from "@aomori/protocol";
import type { TaskStatusName } from "@aomori/contract";
import { cycleClosedBy, cycleText, findCycle } from "./graph.ts";
import type { Edge } from "./graph.ts";
import { followsDependencies, stopsDependents, waitingStatus } from "./readiness.ts";

export interface DagTask<Id extends string = string> {
  readonly id: Id;
  readonly status: TaskStatusName;
  /** Blocked for a reason of its own (a conflict a person must judge), not by a dependency; guessed from the edges when absent. */
  readonly held?: boolean;
}

/** A status that followed from another one. */
export interface StatusChange<Id extends string = string> {
  readonly id: Id;
  readonly status: TaskStatusName;
}

interface Node<Id extends string> {
  readonly id: Id;
  status: TaskStatusName;
  held: boolean;
  unfinished: number;
  stopping: number;
  readonly dependencies: Set<Id>;
  readonly dependents: Map<Id, Node<Id>>;
}

/** What a change of status adds to the counts of the node's dependents. */
interface Move<Id extends string> {
  readonly node: Node<Id>;
  readonly unfinished: number;
  readonly stopping: number;
}

/**
 * The tasks of a spec and who waits for whom. A change looks only at the dependents it reaches:
 * a completion at the direct ones, a failure at all that it blocks.
 * Holds no clock and no store; the caller persists the returned changes with the one it made.
 */
export class TaskDag<Id extends string = string> {
  readonly #nodes = new Map<Id, Node<Id>>();
  readonly #ready = new Set<Id>();
  readonly #counts = new Map<TaskStatusName, number>();

  /** Takes statuses as they are stored. Throws DEPENDENCY_CYCLE, TASK_NOT_FOUND, TASK_EXISTS. */
  constructor(tasks: Iterable<DagTask<Id>> = [], edges: Iterable<Edge<Id>> = []) {
    const held = new Map<Id, boolean>();
    for (const task of tasks) {
      this.#insert(task.id, task.status);
      if (task.held !== undefined) held.set(task.id, task.held);
    }
    const list = [...edges];
    const cycle = findCycle(list);
    if (cycle !== undefined) throw cycleError(cycle);
    for (const edge of list) this.#link(this.#node(edge.from), this.#node(edge.to));
    for (const node of this.#nodes.values()) {
      node.held = node.status === "blocked" && (held.get(node.id) ?? node.stopping === 0);
    }
  }

  get size(): number {
    return this.#nodes.size;
  }

  has(id: Id): boolean {
    return this.#nodes.has(id);
  }

  status(id: Id): TaskStatusName {
    return this.#node(id).status;
  }

  count(status: TaskStatusName): number {
    return this.#counts.get(status) ?? 0;
  }

  /** Ids that may start, the longest ready first. */
  ready(): Iterable<Id> {
    return this.#ready.values();
  }

  dependents(id: Id): readonly Id[] {
    return [...this.#node(id).dependents.keys()];
  }

  dependencies(id: Id): readonly Id[] {
    return [...this.#node(id).dependencies];
  }

  /** How many tasks wait directly for this one. */
  dependentCount(id: Id): number {
    return this.#node(id).dependents.size;
  }

  /** True when nothing runs and nothing will without a person. */
  get settled(): boolean {
    const going: readonly TaskStatusName[] = ["pending", "ready", "running", "validating"];
    return going.every((status) => this.count(status) === 0);
  }

  /** Sets a status the engine decided (`blocked` here means: held for a person) and returns what follows for others. */
  set(id: Id, status: TaskStatusName): readonly StatusChange<Id>[] {
    const node = this.#node(id);
    node.held = status === "blocked";
    return this.#propagate(node, status);
  }

  /** Puts a task back to where its dependencies say (a retry); the first change is its own. */
  reopen(id: Id): readonly StatusChange<Id>[] {
    const node = this.#node(id);
    node.held = false;
    const status = waitingStatus(node.unfinished, node.stopping);
    return [{ id, status }, ...this.#propagate(node, status)];
  }

  /**
   * Adds a task to a running graph. Throws TASK_EXISTS, TASK_NOT_FOUND, DEPENDENCY_CYCLE and,
   * for a dependent that has started, TASK_STARTED; then nothing is changed. The first change is its own.
   */
  add(task: {
    readonly id: Id;
    readonly dependsOn: Iterable<Id>;
    readonly blocks?: Iterable<Id>;
  }): readonly StatusChange<Id>[] {
    const before = [...new Set(task.dependsOn)].map((id) => this.#node(id));
    const after = [...new Set(task.blocks)].map((id) => this.#waiting(id));
    for (const from of after) {
      for (const to of before) this.#refuseCycle(to.id, from.id, [task.id]);
    }
    const node = this.#insert(task.id, "pending");
    for (const dependency of before) this.#link(dependency, node);
    for (const dependent of after) this.#link(node, dependent);
    const status = waitingStatus(node.unfinished, node.stopping);
    const changes: StatusChange<Id>[] = [{ id: node.id, status }];
    changes.push(...this.#propagate(node, status));
    for (const dependent of after) changes.push(...this.#follow(dependent));
    return changes;
  }

  /** Adds one dependency. Throws DEPENDENCY_CYCLE with the cycle, TASK_NOT_FOUND, TASK_STARTED. */
  addEdge(edge: Edge<Id>): readonly StatusChange<Id>[] {
    const from = this.#node(edge.from);
    const to = this.#waiting(edge.to);
    this.#refuseCycle(edge.from, edge.to, []);
    this.#link(from, to);
    return this.#follow(to);
  }

  /** The failed, cancelled or held tasks because of which a task is blocked, nearest first. */
  stoppers(id: Id): readonly Id[] {
    const found: Id[] = [];
    const queue = [this.#node(id)];
    const seen = new Set(queue);
    for (const node of queue) {
      for (const on of node.dependencies) {
        const dependency = this.#node(on);
        if (seen.has(dependency) || !stopsDependents(dependency.status)) continue;
        seen.add(dependency);
        if (dependency.status === "blocked" && !dependency.held) queue.push(dependency);
        else found.push(on);
      }
    }
    return found;
  }

  #insert(id: Id, status: TaskStatusName): Node<Id> {
    if (this.#nodes.has(id)) {
      throw new UserError("conflict", "TASK_EXISTS", `task ${id} is in the graph already`);
    }
    const node: Node<Id> = {
      id,
      status,
      held: false,
      unfinished: 0,
      stopping: 0,
      dependencies: new Set(),
      dependents: new Map(),
    };
    this.#nodes.set(id, node);
    this.#counts.set(status, this.count(status) + 1);
    if (status === "ready") this.#ready.add(id);
    return node;
  }

  #node(id: Id): Node<Id> {
    const node = this.#nodes.get(id);
    if (node !== undefined) return node;
    throw new UserError(
      "not_found",
      "TASK_NOT_FOUND",
      `task ${id} is not in this spec; list its tasks with "aomori task list --spec"`,
    );
  }

  #waiting(id: Id): Node<Id> {
    const node = this.#node(id);
    if (followsDependencies(node.status)) return node;
    throw new UserError(
      "conflict",
      "TASK_STARTED",
      `task ${id} is ${node.status}, so it cannot be made to wait; only a task that has not started can`,
    );
  }

  #link(from: Node<Id>, to: Node<Id>): void {
    if (to.dependencies.has(from.id)) return;
    to.dependencies.add(from.id);
    from.dependents.set(to.id, to);
    if (from.status !== "completed") to.unfinished += 1;
    if (stopsDependents(from.status)) to.stopping += 1;
  }

  #refuseCycle(from: Id, to: Id, between: readonly Id[]): void {
    const dependents = (id: Id): Iterable<Id> => this.#node(id).dependents.keys();
    const cycle = cycleClosedBy(dependents, { from, to });
    if (cycle !== undefined) throw cycleError([from, ...between, ...cycle.slice(1)]);
  }

  #propagate(start: Node<Id>, status: TaskStatusName): readonly StatusChange<Id>[] {
    const changes: StatusChange<Id>[] = [];
    const queue = [this.#move(start, status)];
    for (const { node, unfinished, stopping } of queue) {
      if (unfinished === 0 && stopping === 0) continue;
      for (const dependent of node.dependents.values()) {
        dependent.unfinished += unfinished;
        dependent.stopping += stopping;
        const follows = this.#followed(dependent);
        if (follows === undefined) continue;
        changes.push({ id: dependent.id, status: follows });
        queue.push(this.#move(dependent, follows));
      }
    }
    return changes;
  }

  #follow(node: Node<Id>): readonly StatusChange<Id>[] {
    const status = this.#followed(node);
    if (status === undefined) return [];
    return [{ id: node.id, status }, ...this.#propagate(node, status)];
  }

  #followed(node: Node<Id>): TaskStatusName | undefined {
    if (node.held || !followsDependencies(node.status)) return undefined;
    const status = waitingStatus(node.unfinished, node.stopping);
    return status === node.status ? undefined : status;
  }

  #move(node: Node<Id>, status: TaskStatusName): Move<Id> {
    const unfinished = Number(status !== "completed") - Number(node.status !== "completed");
    const stopping = Number(stopsDependents(status)) - Number(stopsDependents(node.status));
    this.#counts.set(node.status, this.count(node.status) - 1);
    this.#counts.set(status, this.count(status) + 1);
    node.status = status;
    if (status === "ready") this.#ready.add(node.id);
    else this.#ready.delete(node.id);
    return { node, unfinished, stopping };
  }
}

function cycleError(cycle: readonly string[]): UserError {
  return new UserError(
    "conflict",
    "DEPENDENCY_CYCLE",
    `tasks would wait for each other: ${cycleText(cycle)}; leave out one of these dependencies`,
    { details: { cycle } },
  );
}
