import type { PlannedTask, TasksArtifact } from "@aomori/contract";
import { dependenciesOf, findCycle } from "../scheduling/graph.ts";
import type { Edge } from "../scheduling/graph.ts";
import { cleanPath } from "./path-overlap.ts";

/** `to` waits for `from`; `because` where the order comes from their tickets. */
interface PlanEdge extends Edge {
  readonly because?: string;
}

/** A name that nothing in the plan has. */
interface DanglingReference {
  readonly owner: string;
  readonly field: string;
  readonly missing: string;
}

/** A TASKS artefact with its references followed; ids are the plan's own. */
export interface PlanGraph {
  readonly taskIds: ReadonlySet<string>;
  readonly ticketIds: ReadonlySet<string>;
  /** Task → its ticket: `parent_ticket`, else the first ticket that lists it. */
  readonly ticketOf: ReadonlyMap<string, string>;
  readonly tasksOf: ReadonlyMap<string, readonly string[]>;
  /** What `depends_on`, `blocks` and the order of tickets say, each pair once, known ids only. */
  readonly edges: readonly PlanEdge[];
  readonly ticketEdges: readonly Edge[];
  readonly dangling: readonly DanglingReference[];
}

/** The files a task owns, cleaned, without those outside the repository. */
export function ownedFiles(task: PlannedTask): readonly string[] {
  const paths = [...task.files_to_create, ...task.files_to_modify].map(cleanPath);
  return [...new Set(paths)].filter((path) => path !== undefined);
}

export function planGraph(plan: TasksArtifact): PlanGraph {
  const taskIds = new Set(plan.tasks.map(({ id }) => id));
  const ticketIds = new Set(plan.tickets.map(({ id }) => id));
  const ticketOf = new Map<string, string>();
  for (const task of plan.tasks) {
    if (task.parent_ticket !== undefined && ticketIds.has(task.parent_ticket)) {
      ticketOf.set(task.id, task.parent_ticket);
    }
  }
  for (const ticket of plan.tickets) {
    for (const id of ticket.tasks) {
      if (taskIds.has(id) && !ticketOf.has(id)) ticketOf.set(id, ticket.id);
    }
  }
  const tasksOf = new Map<string, string[]>(plan.tickets.map(({ id }) => [id, []]));
  for (const id of taskIds) tasksOf.get(ticketOf.get(id) ?? "")?.push(id);
  const own = known(taskIds, plan.tasks.flatMap(taskEdges));
  const ticketEdges = known(ticketIds, plan.tickets.flatMap(ticketOrder));
  const implied = impliedEdges(ticketEdges, ticketOf, tasksOf, own);
  return {
    taskIds,
    ticketIds,
    ticketOf,
    tasksOf,
    edges: withoutRepeats([...own, ...implied]),
    ticketEdges,
    dangling: danglingReferences(plan, taskIds, ticketIds),
  };
}

function taskEdges({ id, dependencies }: PlannedTask): readonly Edge[] {
  return [
    ...dependencies.depends_on.map((from) => ({ from, to: id })),
    ...dependencies.blocks.map((to) => ({ from: id, to })),
  ];
}

function ticketOrder({ id, dependencies }: TasksArtifact["tickets"][number]): readonly Edge[] {
  return [
    ...dependencies.blocked_by.map((from) => ({ from, to: id })),
    ...dependencies.blocks.map((to) => ({ from: id, to })),
  ];
}

function known(ids: ReadonlySet<string>, edges: readonly Edge[]): readonly Edge[] {
  return withoutRepeats(edges.filter(({ from, to }) => ids.has(from) && ids.has(to)));
}

function withoutRepeats<E extends Edge>(edges: readonly E[]): readonly E[] {
  const unique = new Map<string, E>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to]);
    if (!unique.has(key)) unique.set(key, edge);
  }
  return [...unique.values()];
}

/**
 * A ticket blocked by another: each task it begins with waits for each task the other ends with.
 * A ticket without tasks hands on what it waits for. Nothing is implied by tickets that wait for each other.
 */
function impliedEdges(
  ticketEdges: readonly Edge[],
  ticketOf: ReadonlyMap<string, string>,
  tasksOf: ReadonlyMap<string, readonly string[]>,
  own: readonly Edge[],
): readonly PlanEdge[] {
  if (findCycle(ticketEdges) !== undefined) return [];
  const inside = own.filter(({ from, to }) => ticketOf.get(from) === ticketOf.get(to));
  const followed = new Set(inside.map(({ from }) => from));
  const following = new Set(inside.map(({ to }) => to));
  const blockers = dependenciesOf(ticketEdges);
  const standIns = new Map<string, readonly string[]>();
  const filled = (ticket: string): readonly string[] => {
    if ((tasksOf.get(ticket) ?? []).length > 0) return [ticket];
    const known = standIns.get(ticket);
    if (known !== undefined) return known;
    const found = [...new Set((blockers.get(ticket) ?? []).flatMap(filled))];
    standIns.set(ticket, found);
    return found;
  };
  return ticketEdges.flatMap(({ from: blocker, to: blocked }) => {
    const begins = (tasksOf.get(blocked) ?? []).filter((id) => !following.has(id));
    return filled(blocker).flatMap((ticket) => {
      const ends = (tasksOf.get(ticket) ?? []).filter((id) => !followed.has(id));
      const because = `ticket ${blocked} is blocked by ${ticket}`;
      return ends.flatMap((from) => begins.map((to) => ({ from, to, because })));
    });
  });
}

function danglingReferences(
  plan: TasksArtifact,
  taskIds: ReadonlySet<string>,
  ticketIds: ReadonlySet<string>,
): readonly DanglingReference[] {
  const found: DanglingReference[] = [];
  const look = (
    owner: string,
    field: string,
    ids: readonly string[],
    among: ReadonlySet<string>,
  ): void => {
    for (const missing of ids) if (!among.has(missing)) found.push({ owner, field, missing });
  };
  for (const { id, tasks, dependencies } of plan.tickets) {
    look(id, "tasks", tasks, taskIds);
    look(id, "dependencies.blocked_by", dependencies.blocked_by, ticketIds);
    look(id, "dependencies.blocks", dependencies.blocks, ticketIds);
  }
  for (const { id, parent_ticket: parent, dependencies } of plan.tasks) {
    if (parent !== undefined) look(id, "parent_ticket", [parent], ticketIds);
    look(id, "dependencies.depends_on", dependencies.depends_on, taskIds);
    look(id, "dependencies.blocks", dependencies.blocks, taskIds);
  }
  look("the plan", "critical_path", plan.critical_path, taskIds);
  return found;
}
