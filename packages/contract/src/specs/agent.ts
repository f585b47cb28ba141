import * as z from "zod";
import { pageFields } from "../page.ts";
import { Failure, Json, Timestamp, Usage } from "../values.ts";
import { AgentId, SpecId, SteeringId, TaskId } from "../ids.ts";
import { DriverName, ModelChoice, ProviderKeys } from "./spec.ts";
import { ExecutionMode } from "./task.ts";

export const agentStatuses = [
  "starting",
  "active",
  "idle",
  "stopping",
  "completed",
  "failed",
  "stopped",
] as const;
export const AgentStatus = z.enum(agentStatuses).meta({ id: "AgentStatus" });
export const AgentHealth = z.enum(["healthy", "degraded", "stuck", "unknown"]);

/** One run of one driver on one task in one worktree. */
export const Agent = z
  .object({
    id: AgentId,
    spec_id: SpecId,
    task_id: TaskId,
    driver: DriverName,
    model: ModelChoice.nullable(),
    execution_mode: ExecutionMode,
    status: AgentStatus,
    /** Derived from heartbeats and steps; `unknown` once the run is over. */
    health: AgentHealth,
    attempt: z.int(),
    worktree: z.string(),
    steps: z.int(),
    usage: Usage,
    failure: Failure.nullable(),
    started_at: Timestamp,
    last_heartbeat_at: Timestamp.nullable(),
    last_step_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
  })
  .meta({ id: "Agent" });

export const stepTypes = [
  "thought",
  "message",
  "tool_call",
  "tool_result",
  "file_change",
  "steering",
  "usage",
] as const;
export const StepType = z.enum(stepTypes);

export const Step = z
  .object({
    agent_id: AgentId,
    /** Position in the trajectory, from 0. */
    index: z.int().min(0),
    type: StepType,
    /** One line for people. */
    summary: z.string(),
    /** The whole text, capped at 64 KiB. */
    text: z.string().nullable(),
    tool: z.string().nullable(),
    /** Joins a tool's result to its call. */
    call_id: z.string().nullable(),
    data: Json.nullable(),
    at: Timestamp,
    duration_ms: z.int().nullable(),
  })
  .meta({ id: "Step" });

export const Trajectory = z
  .object({
    agent_id: AgentId,
    steps: z.array(Step),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: "Trajectory" });

export const steeringActions = ["refocus", "redirect", "pause", "resume", "stop"] as const;
export const SteeringAction = z.enum(steeringActions);
/** `now` interrupts the running step, `next-step` waits for it, `after` waits until the agent would end. */
export const SteeringDelivery = z.enum(["now", "next-step", "after"]);

export const Steering = z
  .object({
    id: SteeringId,
    agent_id: AgentId,
    action: SteeringAction,
    instruction: z.string(),
    deliver: SteeringDelivery,
    status: z.enum(["pending", "delivered", "acknowledged", "undeliverable"]),
    created_by: z.string(),
    created_at: Timestamp,
    delivered_at: Timestamp.nullable(),
  })
  .meta({ id: "Steering" });

export const ListAgents = z.object({
  status: AgentStatus.optional(),
  spec_id: SpecId.optional(),
  task_id: TaskId.optional(),
  ...pageFields,
});
export const GetAgent = z.object({ id: AgentId });
export const GetTrajectory = z.object({
  id: AgentId,
  ...pageFields,
});
export const SteerAgent = z
  .object({
    id: AgentId,
    action: SteeringAction.default("refocus"),
    instruction: z.string().trim().max(20_000).default(""),
    deliver: SteeringDelivery.default("next-step"),
  })
  .refine(
    (steering) => steering.instruction !== "" || !["refocus", "redirect"].includes(steering.action),
    { message: "refocus and redirect need an instruction", path: ["instruction"] },
  );
export const SpawnAgent = z.object({
  task_id: TaskId,
  mode: ExecutionMode,
  provider_keys: ProviderKeys.optional(),
});
