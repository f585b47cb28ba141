import type { SyncArtifact, TasksArtifact, WorkPriority } from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";
import type { Edge } from "../scheduling/graph.ts";
import { hoursOf } from "./evaluate-tasks.ts";
import { ownedFiles, planGraph } from "./plan-graph.ts";

interface ResolvedTicket {
  readonly id: string;
  readonly localId: string;
  readonly title: string;
  readonly description: string;
  readonly priority: WorkPriority;
  readonly requirements: readonly string[];
  readonly acceptanceCriteria: readonly string[];
}

interface ResolvedTask {
  readonly id: string;
  readonly localId: string;
  readonly ticketId: string | undefined;
  readonly title: string;
  readonly description: string;
  readonly priority: WorkPriority;
  readonly estimatedHours: number;
  readonly ownedFiles: readonly string[];
  readonly requirements: readonly string[];
  readonly acceptanceCriteria: readonly string[];
}

/** The plan as rows: real ids throughout, every dependency an edge, those that follow from the order of tickets too. */
export interface ResolvedPlan {
  readonly tickets: readonly ResolvedTicket[];
  readonly tasks: readonly ResolvedTask[];
  readonly edges: readonly Edge[];
}

/**
 * The rows of an accepted plan, with the ids SYNC gave out. The edges are the ones SYNC shows: `depends_on`,
 * `blocks` from either end, and the order of tickets. Throws UNRESOLVED_ID where SYNC has no id for something.
 */
export function resolvePlan(plan: TasksArtifact, sync: SyncArtifact): ResolvedPlan {
  const graph = planGraph(plan);
  const task = (id: string): string => realId(sync.resolved_ids.tasks, id);
  const ticket = (id: string): string => realId(sync.resolved_ids.tickets, id);
  return {
    edges: graph.edges.map(({ from, to }) => ({ from: task(from), to: task(to) })),
    tickets: plan.tickets.map((one) => ({
      id: ticket(one.id),
      localId: one.id,
      title: one.title,
      description: one.description,
      priority: one.priority,
      requirements: one.requirements,
      acceptanceCriteria: one.acceptance_criteria,
    })),
    tasks: plan.tasks.map((one) => {
      const parent = graph.ticketOf.get(one.id);
      return {
        id: task(one.id),
        localId: one.id,
        ticketId: parent === undefined ? undefined : ticket(parent),
        title: one.title,
        description: one.description,
        priority: one.priority,
        estimatedHours: hoursOf(one),
        ownedFiles: ownedFiles(one),
        requirements: one.requirements_addressed,
        acceptanceCriteria: one.acceptance_criteria,
      };
    }),
  };
}

function realId(ids: Readonly<Record<string, string>>, local: string): string {
  const real = Object.hasOwn(ids, local) ? ids[local] : undefined;
  if (real !== undefined) return real;
  throw new TerminalError(
    "internal",
    "UNRESOLVED_ID",
    `SYNC gave ${local} no real id; run SYNC again with "aomori spec retry"`,
  );
}
