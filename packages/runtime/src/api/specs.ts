import { requireDriver, resolveModel } from "@aomori/agents";
import type {
  ModelChoiceResource,
  ParsedInput,
  PlanningPhase,
  ProviderKeysResource,
  SpecId,
  SpecResource,
} from "@aomori/contract";
import {
  advanceSpec,
  approveSpec,
  cancelSpec,
  createSpec,
  editArtifact,
  inspectSource,
  judgeEdit,
  rejectSpec,
  retryPhase,
} from "@aomori/engine";
import type { Decision } from "@aomori/engine";
import { UserError } from "@aomori/protocol";
import { getSpec, listArtifacts, listAttempts, listSpecs } from "@aomori/store";
import type { OrgScope } from "@aomori/store";
import { isAbsolute } from "node:path";
import type { Runtime } from "../open-runtime.ts";
import { projectSettings } from "../settings.ts";
import type { Caller, HandlersOf, PlansOf } from "./handler.ts";

export async function requireSpecResource(scope: OrgScope, id: SpecId): Promise<SpecResource> {
  const spec = await getSpec(scope, id);
  if (spec !== undefined) return spec;
  throw new UserError(
    "not_found",
    "SPEC_NOT_FOUND",
    `spec ${id} not found; list specs with "aomori spec list"`,
  );
}

/** How a spec would be made: repository, driver, model and settings resolved and checked. */
async function resolveSpec(runtime: Runtime, input: ParsedInput<"specs.create">) {
  await runtime.keys.refresh();
  const facts = await inspectSource(input.repo, input.base);
  const directory = isAbsolute(facts.repository) ? facts.repository : undefined;
  const own = await projectSettings(runtime.layout.configFile, { name: facts.name, directory });
  const agent = input.agent ?? own.agent ?? "builtin";
  await requireDriver(agent, process.env);
  const keys = runtime.keys.with(input.providerKeys);
  const requested = input.model ?? own.model;
  const baseUrl = input.baseUrl ?? own.baseUrl;
  const model: ModelChoiceResource = resolveModel({
    keys,
    ...(requested === undefined ? {} : { requested }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
  return {
    facts,
    agent,
    model,
    gates: input.gates ?? own.gates ?? [],
    settings: { ...own.settings, ...input.settings },
  };
}

async function create(
  runtime: Runtime,
  input: ParsedInput<"specs.create">,
  caller: Caller,
): Promise<SpecResource> {
  const { facts, ...resolved } = await resolveSpec(runtime, input);
  const id = await createSpec(runtime.engine.context, {
    ...resolved,
    orgId: caller.orgId,
    title: input.title,
    description: input.description,
    repository: facts.repository,
    base: input.base,
    keys: input.providerKeys ?? {},
    by: caller.keyName,
  });
  return requireSpecResource(runtime.store.scope(caller.orgId), id);
}

async function planCreation(runtime: Runtime, input: ParsedInput<"specs.create">) {
  const { facts, agent, model, gates } = await resolveSpec(runtime, input);
  const where = `${facts.baseBranch} at ${facts.baseCommit.slice(0, 10)}`;
  const gated = gates.length === 0 ? "no gates" : `gates at ${gates.join(", ")}`;
  return {
    actions: [
      { action: "clone", target: facts.repository, detail: where },
      { action: "plan", target: input.title, detail: `${model.provider}/${model.model}, ${gated}` },
      { action: "run agents", target: agent, detail: "in private worktrees" },
    ],
  };
}

interface Asked {
  readonly id: SpecId;
  readonly comment?: string | undefined;
  readonly providerKeys?: ProviderKeysResource | undefined;
}

const decisionOf = (input: Asked, caller: Caller): Decision => ({
  orgId: caller.orgId,
  specId: input.id,
  by: caller.keyName,
  comment: input.comment,
  keys: input.providerKeys,
});

/** The operations on specs, by id. */
export function specHandlers(runtime: Runtime): HandlersOf<"specs"> {
  const { store } = runtime;
  const engine = runtime.engine.context;
  const after = async (
    input: Asked,
    caller: Caller,
    act: (decision: Decision) => Promise<unknown>,
  ): Promise<SpecResource> => {
    await runtime.keys.refresh();
    await act(decisionOf(input, caller));
    return requireSpecResource(store.scope(caller.orgId), input.id);
  };
  const artifactOf = async (caller: Caller, id: SpecId, phase: PlanningPhase, version: number) => {
    const artifacts = await listArtifacts(store.scope(caller.orgId), id, { phase });
    const artifact = artifacts.find((candidate) => candidate.version === version);
    if (artifact === undefined)
      throw new Error(`${phase} ${version} of ${id} was stored and is not there`);
    return artifact;
  };
  return {
    "specs.create": (input, caller) => create(runtime, input, caller),
    "specs.list": (input, caller) => listSpecs(store.scope(caller.orgId), input),
    "specs.get": (input, caller) => requireSpecResource(store.scope(caller.orgId), input.id),
    "specs.advance": (input, caller) =>
      after(input, caller, (decision) => advanceSpec(engine, decision)),
    "specs.retry_phase": (input, caller) =>
      after(input, caller, (decision) => retryPhase(engine, { ...decision, phase: input.phase })),
    "specs.approve": (input, caller) =>
      after(input, caller, (decision) => approveSpec(engine, decision)),
    "specs.reject": (input, caller) =>
      after(input, caller, (decision) =>
        rejectSpec(engine, { ...decision, comment: input.comment }),
      ),
    "specs.cancel": (input, caller) =>
      after(input, caller, (decision) => cancelSpec(engine, decision)),
    "specs.artifacts": async (input, caller) => {
      const scope = store.scope(caller.orgId);
      await requireSpecResource(scope, input.id);
      return { items: await listArtifacts(scope, input.id, { phase: input.phase }) };
    },
    "specs.edit_artifact": async (input, caller) => {
      const { phase, content } = input;
      const version = await editArtifact(engine, { ...decisionOf(input, caller), phase, content });
      return artifactOf(caller, input.id, phase, version);
    },
    "specs.attempts": async (input, caller) => {
      const scope = store.scope(caller.orgId);
      await requireSpecResource(scope, input.id);
      return { items: await listAttempts(scope, input.id, input.phase) };
    },
  };
}

/** What the operations on specs would do. */
export function specPlans(runtime: Runtime): PlansOf<"specs"> {
  const planned =
    (action: string, detail: string) => async (input: { readonly id: SpecId }, caller: Caller) => {
      const spec = await requireSpecResource(runtime.store.scope(caller.orgId), input.id);
      return {
        actions: [
          { action, target: spec.id, detail: `${detail}; it is ${spec.status} in ${spec.phase}` },
        ],
      };
    };
  return {
    "specs.create": (input) => planCreation(runtime, input),
    "specs.advance": planned("advance", "accept the current artefact"),
    "specs.retry_phase": planned("retry", "make a new attempt"),
    "specs.approve": planned("approve", "pass the gate"),
    "specs.reject": planned("reject", "send the artefact back"),
    "specs.edit_artifact": async (input, caller) => {
      const { phase, content } = input;
      const edit = { ...decisionOf(input, caller), phase, content };
      const detail = `${await judgeEdit(runtime.engine.context, edit)}; later phases become stale`;
      return { actions: [{ action: "replace artefact", target: phase, detail }] };
    },
    "specs.cancel": planned("cancel", "cancel open tasks and stop their agents"),
  };
}
