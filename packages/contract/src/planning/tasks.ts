import * as z from "zod";
import { lines, localId, localIds, text } from "./fields.ts";
import { workPriority } from "./priority.ts";

const ticket = z.looseObject({
  id: localId.describe("TKT-001"),
  title: z.string().min(1),
  description: text,
  priority: workPriority,
  estimate: text.describe("S, M, L or XL"),
  requirements: localIds,
  tasks: localIds,
  acceptance_criteria: lines,
  dependencies: z
    .looseObject({ blocked_by: localIds, blocks: localIds })
    .default(() => ({ blocked_by: [], blocks: [] })),
});

const task = z.looseObject({
  id: localId.describe("TSK-001"),
  title: z.string().min(1),
  description: text,
  type: text,
  priority: workPriority,
  parent_ticket: localId.optional(),
  estimated_hours: z.number().optional().describe("more than 0, at most 4"),
  files_to_create: lines.describe("paths from the repository's root; * ** ? {a,b} are wildcards"),
  files_to_modify: lines,
  requirements_addressed: localIds,
  acceptance_criteria: lines,
  dependencies: z
    .looseObject({ depends_on: localIds, blocks: localIds })
    .default(() => ({ depends_on: [], blocks: [] })),
});

/** The plan: tickets and the tasks under them, with ids local to this plan. */
export const tasksSchema = z.looseObject({
  feature_name: text,
  tickets: z.array(ticket),
  tasks: z.array(task),
  critical_path: localIds,
  total_estimated_hours: z.number().optional(),
});

export type TasksArtifact = z.infer<typeof tasksSchema>;
export type PlannedTicket = z.infer<typeof ticket>;
export type PlannedTask = z.infer<typeof task>;
