import { defineOperation } from "@aomori/operation";
import { pageOf } from "../../page.ts";
import {
  Agent,
  GetAgent,
  GetTrajectory,
  ListAgents,
  SpawnAgent,
  SteerAgent,
  Steering,
  Trajectory,
} from "../agent.ts";

const write = { readOnly: false, idempotencyKey: true, dryRun: true } as const;
const columns = ["id", "status", "task_id", "execution_mode", "health", "started_at"];

export const listAgents = defineOperation({
  id: "agents.list",
  summary: "List agents",
  http: { method: "GET", path: "/api/agents" },
  input: ListAgents,
  output: pageOf(Agent),
  scope: "agents:read",
  effects: { readOnly: true },
  cli: { command: "agent list", columns, flags: { spec_id: "spec", task_id: "task" } },
});

export const getAgent = defineOperation({
  id: "agents.get",
  summary: "Show an agent",
  http: { method: "GET", path: "/api/agents/{id}" },
  input: GetAgent,
  output: Agent,
  scope: "agents:read",
  effects: { readOnly: true },
  errors: ["AGENT_NOT_FOUND"],
  cli: { command: "agent show", positionals: ["id"], columns },
});

export const getTrajectory = defineOperation({
  id: "agents.get_trajectory",
  summary: "Show an agent's trajectory, step by step",
  http: { method: "GET", path: "/api/agents/{id}/trajectory" },
  input: GetTrajectory,
  output: Trajectory,
  scope: "agents:read",
  effects: { readOnly: true },
  errors: ["AGENT_NOT_FOUND"],
  cli: { command: "agent inspect", positionals: ["id"], columns: ["index", "type", "summary"] },
});

export const steerAgent = defineOperation({
  id: "agents.steer",
  summary: "Correct a running agent; delivered once, acknowledged by an event",
  http: { method: "POST", path: "/api/agents/{id}/steer", successStatus: 202 },
  input: SteerAgent,
  output: Steering,
  scope: "agents:write",
  effects: write,
  errors: ["AGENT_NOT_FOUND", "AGENT_OVER", "STEERING_UNSUPPORTED"],
  cli: {
    command: "agent steer",
    positionals: ["id", "instruction"],
    examples: ['aomori agent steer agent_7f3a9k2m1p "Focus on the API tests"'],
  },
});

export const stopAgent = defineOperation({
  id: "agents.stop",
  summary: "Stop an agent and everything it started, within five seconds",
  http: { method: "POST", path: "/api/agents/{id}/stop" },
  input: GetAgent,
  output: Agent,
  scope: "agents:write",
  effects: write,
  errors: ["AGENT_NOT_FOUND", "AGENT_OVER"],
  cli: { command: "agent stop", positionals: ["id"], columns },
});

export const spawnAgent = defineOperation({
  id: "agents.spawn",
  summary: "Start an agent on a task by hand",
  http: { method: "POST", path: "/api/agents", successStatus: 201 },
  input: SpawnAgent,
  output: Agent,
  scope: "agents:write",
  effects: write,
  errors: ["TASK_NOT_FOUND", "AGENT_ALREADY_LIVE"],
  cli: { command: "agent spawn", positionals: ["task_id"], columns },
});
