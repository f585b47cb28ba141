import type { AgentId, AgentResource } from "@aomori/contract";
import { spawnAgent, steerAgent, stopAgent } from "@aomori/engine";
import { UserError } from "@aomori/protocol";
import { getAgent, listAgents, listSteps } from "@aomori/store";
import type { OrgScope } from "@aomori/store";
import type { Runtime } from "../open-runtime.ts";
import type { Caller, HandlersOf, PlansOf } from "./handler.ts";
import { requireTaskResource } from "./tasks.ts";

async function requireAgentResource(scope: OrgScope, id: AgentId): Promise<AgentResource> {
  const agent = await getAgent(scope, id);
  if (agent !== undefined) return agent;
  throw new UserError(
    "not_found",
    "AGENT_NOT_FOUND",
    `agent ${id} not found; list agents with "aomori agent list"`,
  );
}

/** The operations on agents, by id. */
export function agentHandlers(runtime: Runtime): HandlersOf<"agents"> {
  const engine = runtime.engine.context;
  const scopeOf = (caller: Caller): OrgScope => runtime.store.scope(caller.orgId);
  return {
    "agents.list": (input, caller) => listAgents(scopeOf(caller), input),
    "agents.get": (input, caller) => requireAgentResource(scopeOf(caller), input.id),
    "agents.get_trajectory": async (input, caller) => {
      const { id, ...page } = input;
      await requireAgentResource(scopeOf(caller), id);
      const { items: steps, nextCursor } = await listSteps(scopeOf(caller), id, page);
      return { agentId: id, steps, nextCursor };
    },
    "agents.steer": (input, caller) => {
      const { id: agentId, ...order } = input;
      return steerAgent(engine, { ...order, agentId, orgId: caller.orgId, by: caller.keyName });
    },
    "agents.stop": async (input, caller) => {
      await stopAgent(engine, caller.orgId, input.id, caller.keyName);
      return requireAgentResource(scopeOf(caller), input.id);
    },
    "agents.spawn": async (input, caller) => {
      await runtime.keys.refresh();
      const { taskId, mode, providerKeys: keys } = input;
      const id = await spawnAgent(engine, {
        orgId: caller.orgId,
        taskId,
        mode,
        keys,
        by: caller.keyName,
      });
      return requireAgentResource(scopeOf(caller), id);
    },
  };
}

/** What the operations on agents would do. */
export function agentPlans(runtime: Runtime): PlansOf<"agents"> {
  return {
    "agents.steer": async (input, caller) => {
      const agent = await requireAgentResource(runtime.store.scope(caller.orgId), input.id);
      return {
        actions: [
          {
            action: input.action,
            target: agent.id,
            detail: `${input.deliver}; it is ${agent.status}`,
          },
        ],
      };
    },
    "agents.stop": async (input, caller) => {
      const agent = await requireAgentResource(runtime.store.scope(caller.orgId), input.id);
      return { actions: [{ action: "stop", target: agent.id, detail: `it is ${agent.status}` }] };
    },
    "agents.spawn": async (input, caller) => {
      const task = await requireTaskResource(runtime.store.scope(caller.orgId), input.taskId);
      return { actions: [{ action: "start an agent", target: task.id, detail: input.mode }] };
    },
  };
}
