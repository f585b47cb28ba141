import * as z from "zod";
import { pageFields } from "../page.ts";
import { Timestamp } from "../values.ts";
import { SpecId, TaskId, TicketId } from "../ids.ts";
import { TaskStatus, TaskStatusFilter } from "./task.ts";

/** A group of tasks; its status is derived from theirs. */
export const Ticket = z
  .object({
    id: TicketId,
    spec_id: SpecId,
    title: z.string(),
    description: z.string(),
    priority: z.string(),
    status: TaskStatus,
    requirements: z.array(z.string()),
    acceptance_criteria: z.array(z.string()),
    task_ids: z.array(TaskId),
    created_at: Timestamp,
  })
  .meta({ id: "Ticket" });

export const ListTickets = z.object({
  spec_id: SpecId.optional(),
  status: TaskStatusFilter.optional(),
  ...pageFields,
});
export const GetTicket = z.object({ id: TicketId });
