import { newId, operations, SpecSettings, fromWire } from "@aomori/contract";
import type { OrgId, ParsedInput, PlanResource, SpecId, SpecResource } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import type { Handlers, Plans, RequestContext } from "@aomori/server";
import type { MemoryEvents } from "./memory-events.ts";

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const nobodyIsThere = (what: string, id: string): UserError =>
  new UserError("not_found", `${what.toUpperCase()}_NOT_FOUND`, `${what} ${id} not found`);

function newSpec(input: ParsedInput<"specs.create">, context: RequestContext): SpecResource {
  const at = new Date(context.nowMs).toISOString();
  return {
    id: newId("spec", random),
    projectId: "proj_0000000000",
    title: input.title,
    description: input.description,
    status: "planning",
    phase: "EXPLORE",
    evaluatorScore: null,
    evaluatedPhase: null,
    evaluatorVetoes: [],
    gates: input.gates ?? [],
    repository: input.repo,
    baseBranch: input.base ?? "main",
    baseCommit: "0".repeat(40),
    integrationBranch: "aomori/x/main",
    agent: input.agent ?? "builtin",
    model: null,
    settings: fromWire(SpecSettings, SpecSettings.parse({})),
    counts: { tickets: 0, tasks: 0, tasksByStatus: { some_key: 1 }, agentsActive: 0 },
    usage: { inputTokens: 0, outputTokens: 0, costMicrousd: null },
    failure: null,
    createdBy: context.keyName,
    createdAt: at,
    updatedAt: at,
    completedAt: null,
  };
}

/** Specs of several organisations; of everything else there is none, and saying so is the whole behaviour. */
export class MemoryWorld {
  readonly events: MemoryEvents;
  readonly specs = new Map<OrgId, Map<SpecId, SpecResource>>();
  created = 0;
  /** Holds up `specs.create` when set. */
  gate: Promise<void> | undefined;
  failure: unknown;
  lastSignal: AbortSignal | undefined;

  constructor(events: MemoryEvents) {
    this.events = events;
  }

  specsOf(orgId: OrgId): Map<SpecId, SpecResource> {
    const specs = this.specs.get(orgId) ?? new Map<SpecId, SpecResource>();
    this.specs.set(orgId, specs);
    return specs;
  }

  readonly #spec = (input: { id: SpecId }, { orgId }: RequestContext): Promise<SpecResource> => {
    const spec = this.specsOf(orgId).get(input.id);
    if (spec === undefined) throw nobodyIsThere("spec", input.id);
    return Promise.resolve(spec);
  };

  readonly #create = async (
    input: ParsedInput<"specs.create">,
    context: RequestContext,
  ): Promise<SpecResource> => {
    if (this.gate !== undefined) {
      this.lastSignal = context.signal;
      await this.gate;
    }
    if (this.failure !== undefined) throw this.failure;
    this.created += 1;
    const spec = newSpec(input, context);
    this.specsOf(context.orgId).set(spec.id, spec);
    this.events.append(context.orgId, {
      type: "spec.created",
      specId: spec.id,
      data: { title: spec.title, by: spec.createdBy },
    });
    return spec;
  };

  /** Changes a spec and tells of it, as an engine would. */
  update(orgId: OrgId, id: SpecId, change: Partial<SpecResource>): void {
    const spec = this.specsOf(orgId).get(id);
    if (spec === undefined) throw nobodyIsThere("spec", id);
    this.specsOf(orgId).set(id, { ...spec, ...change });
    this.events.append(orgId, { type: "spec.running", specId: id, data: { tasks: 1 } });
  }

  readonly #list = async (
    input: ParsedInput<"specs.list">,
    { orgId }: RequestContext,
  ): Promise<{ items: SpecResource[]; nextCursor: string | null }> => {
    const all = [...this.specsOf(orgId).values()].filter(
      (spec) =>
        (input.status ?? spec.status) === spec.status && (input.phase ?? spec.phase) === spec.phase,
    );
    const start = Number(input.cursor ?? "0");
    const end = start + input.limit;
    return {
      items: all.slice(start, end),
      nextCursor: end < all.length ? String(end) : null,
    };
  };

  handlers(): Handlers {
    const spec = this.#spec;
    const none = { items: [], nextCursor: null };
    const noTask = (input: { id: string }): never => {
      throw nobodyIsThere("task", input.id);
    };
    const noAgent = (input: { id: string }): never => {
      throw nobodyIsThere("agent", input.id);
    };
    return {
      "specs.create": this.#create,
      "specs.list": this.#list,
      "specs.get": spec,
      "specs.advance": spec,
      "specs.retry_phase": spec,
      "specs.approve": spec,
      "specs.reject": spec,
      "specs.cancel": spec,
      "specs.artifacts": async (input, context) => {
        await spec(input, context);
        return { items: [] };
      },
      "specs.edit_artifact": async (input, context) => {
        const { id } = await spec(input, context);
        throw new UserError(
          "conflict",
          "PHASE_NOT_REACHED",
          `${id} has not reached ${input.phase}`,
        );
      },
      "specs.attempts": async (input, context) => {
        await spec(input, context);
        return { items: [] };
      },
      "tickets.list": async () => none,
      "tickets.get": async (input) => {
        throw nobodyIsThere("ticket", input.id);
      },
      "tasks.list": async () => none,
      "tasks.get": async (input) => noTask(input),
      "tasks.create": async (input, context) => {
        if (input.specId !== undefined) await spec({ id: input.specId }, context);
        throw nobodyIsThere("ticket", input.ticketId ?? "without id");
      },
      "tasks.retry": async (input) => noTask(input),
      "tasks.cancel": async (input) => noTask(input),
      "tasks.get_result": async (input) => noTask(input),
      "tasks.diff": async (input) => noTask(input),
      "tasks.logs": async (input) => noTask(input),
      "agents.list": async () => none,
      "agents.get": async (input) => noAgent(input),
      "agents.get_trajectory": async (input) => noAgent(input),
      "agents.steer": async (input) => noAgent(input),
      "agents.stop": async (input) => noAgent(input),
      "agents.spawn": async (input) => noTask({ id: input.taskId }),
      "dag.get": async (input, context) => {
        const { id } = await spec(input, context);
        return { specId: id, nodes: [], edges: [], criticalPath: [], criticalPathHours: 0 };
      },
      "dag.merge_status": async (input, context) => this.#mergeStatus(await spec(input, context)),
      "dag.conflicts": async (input, context) => {
        const { id } = await spec(input, context);
        return { specId: id, pairs: [], againstBase: [] };
      },
      "dag.merge": async (input, context) => this.#mergeStatus(await spec(input, context)),
      "dag.merge_into": async (input, context) => {
        await spec(input, context);
        throw new UserError("conflict", "NOTHING_MERGED", "nothing is merged yet");
      },
      "events.list": async (input, { orgId }) => {
        const after = Number(input.cursor ?? "0");
        const items = await this.events.read(orgId, { after, filter: {}, limit: input.limit });
        const { output } = operations["events.list"];
        return fromWire(output, {
          items: [...items],
          next_cursor: items.length < input.limit ? null : String(items.at(-1)?.seq),
        });
      },
      "projects.list": async () => none,
      "projects.get": async (input) => {
        throw nobodyIsThere("project", input.id);
      },
      "account.whoami": async (_, { orgId, keyId, keyName, scopes }) => ({
        orgId,
        keyId,
        name: keyName,
        scopes: [...scopes],
      }),
      "keys.create": async () => {
        throw new UserError("authz", "SCOPE_NOT_HELD", "this world makes no keys");
      },
      "keys.list": async () => none,
      "keys.revoke": async (input) => {
        throw nobodyIsThere("key", input.id);
      },
      "system.drain": async () => ({ status: "draining" }),
    };
  }

  #mergeStatus(spec: SpecResource) {
    return {
      specId: spec.id,
      integrationBranch: spec.integrationBranch,
      integrationCommit: null,
      branches: [],
      gate: null,
      ready: false,
    };
  }

  plans(): Plans {
    const on = async (input: { id: SpecId }, context: RequestContext): Promise<PlanResource> => ({
      actions: [{ action: "change", target: (await this.#spec(input, context)).id }],
    });
    const about = async (input: object): Promise<PlanResource> => ({
      actions: [{ action: "make", target: JSON.stringify(input) }],
    });
    return {
      "specs.create": async (input) => ({
        actions: [{ action: "create_spec", target: input.title, detail: input.repo }],
      }),
      "specs.advance": on,
      "specs.retry_phase": on,
      "specs.approve": on,
      "specs.reject": on,
      "specs.edit_artifact": on,
      "specs.cancel": on,
      "tasks.create": about,
      "tasks.retry": about,
      "tasks.cancel": about,
      "agents.steer": about,
      "agents.stop": about,
      "agents.spawn": about,
      "dag.merge": on,
      "dag.merge_into": on,
      "keys.create": about,
      "keys.revoke": about,
    };
  }
}
