import { operations, scopes, toWireInput } from "@aomori/contract";
import type {
  AgentId,
  KeyId,
  OperationId,
  OperationInput,
  ProjectId,
  ScopeName,
  SpecId,
  TaskId,
  TicketId,
} from "@aomori/contract";
import { pathParameters } from "@aomori/operation";
import type { Operation } from "@aomori/operation";

/** One existing resource of each kind, all of one organisation. */
export interface WalkIds {
  readonly spec: SpecId;
  readonly ticket: TicketId;
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly project: ProjectId;
  readonly key: KeyId;
}

type Samples = { readonly [Id in OperationId]: OperationInput<Id> };

/** A valid input of every operation; a new operation without one is a type error. */
function samples(ids: WalkIds): Samples {
  const spec = { id: ids.spec };
  const task = { id: ids.task };
  const agent = { id: ids.agent };
  return {
    "specs.create": { title: "walk", description: "walk", repo: "/walk" },
    "specs.list": {},
    "specs.get": spec,
    "specs.advance": spec,
    "specs.retry_phase": spec,
    "specs.approve": spec,
    "specs.reject": { ...spec, comment: "walk" },
    "specs.cancel": spec,
    "specs.artifacts": spec,
    "specs.edit_artifact": { ...spec, phase: "PRD", content: {} },
    "specs.attempts": spec,
    "tickets.list": { specId: ids.spec },
    "tickets.get": { id: ids.ticket },
    "tasks.list": { specId: ids.spec },
    "tasks.get": task,
    "tasks.create": { specId: ids.spec, title: "walk" },
    "tasks.retry": task,
    "tasks.cancel": task,
    "tasks.get_result": task,
    "tasks.diff": task,
    "tasks.logs": task,
    "agents.list": { specId: ids.spec },
    "agents.get": agent,
    "agents.get_trajectory": agent,
    "agents.steer": { ...agent, instruction: "walk" },
    "agents.stop": agent,
    "agents.spawn": { taskId: ids.task, mode: "validation" },
    "dag.get": spec,
    "dag.merge_status": spec,
    "dag.conflicts": spec,
    "dag.merge": spec,
    "dag.merge_into": { ...spec, into: "main" },
    "events.stream": { after: 0, follow: false },
    "events.list": {},
    "projects.list": {},
    "projects.get": { id: ids.project },
    "account.whoami": {},
    "keys.create": { name: "walk" },
    "keys.list": {},
    "keys.revoke": { id: ids.key },
    "system.health": {},
    "system.drain": {},
  };
}

/** Operations whose input must name a resource that exists. */
function namesResource(operation: Operation): boolean {
  const byPath = pathParameters(operation.http?.path ?? "/").length > 0;
  return byPath || operation.id === "tasks.create" || operation.id === "agents.spawn";
}

export interface WalkOptions {
  readonly url: string;
  readonly ids: WalkIds;
  /** A key of the ids' organisation with exactly these scopes. */
  readonly keyWith: (held: readonly ScopeName[]) => string | Promise<string>;
  /** A key of another organisation, with every scope. */
  readonly otherKey: string;
}

export interface WalkResult {
  readonly id: string;
  readonly scope: string | null;
  readonly withoutKey: number;
  readonly withUnknownKey: number;
  readonly withoutScope: number;
  readonly withoutScopeMessage: string;
  /** `null` where the input names no resource. */
  readonly fromOtherOrganisation: number | null;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  url: string,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  key: string | undefined,
): Promise<Answer> {
  const { method, path } = operation.http ?? { method: "GET", path: "/" };
  const rest = { ...input };
  const filled = path.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  const inQuery = method === "GET" || method === "DELETE";
  const query = new URLSearchParams();
  if (inQuery) for (const [name, value] of Object.entries(rest)) query.set(name, String(value));
  const response = await fetch(`${url}${filled}?${query.toString()}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(inQuery ? {} : { "content-type": "application/json" }),
    },
    ...(inQuery ? {} : { body: JSON.stringify(rest) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Asks every operation without a key, with an unknown one, without its scope, and as another organisation. */
export async function walkOperations(options: WalkOptions): Promise<WalkResult[]> {
  const results: WalkResult[] = [];
  const inputs = samples(options.ids);
  for (const operation of Object.values(operations)) {
    const wire: Readonly<Record<string, unknown>> = {
      ...toWireInput(operation.input, inputs[operation.id]),
    };
    const as = (key: string | undefined): Promise<Answer> => ask(options.url, operation, wire, key);
    const others = scopes.filter((scope) => scope !== operation.scope);
    const unscoped = await as(await options.keyWith(others));
    results.push({
      id: operation.id,
      scope: operation.scope,
      withoutKey: (await as(undefined)).status,
      withUnknownKey: (await as("aomori_sk_unknown")).status,
      withoutScope: unscoped.status,
      withoutScopeMessage: unscoped.text,
      fromOtherOrganisation: namesResource(operation) ? (await as(options.otherKey)).status : null,
    });
  }
  return results;
}
