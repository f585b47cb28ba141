import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { providerKeys } from "../connection/provider-keys.ts";
import type { DemoKit, DemoScenario } from "./demo-kit.ts";

/** Everything a demo runs with. */
export interface DemoSetup {
  readonly scenario: DemoScenario;
  readonly repository: string;
  readonly title: string;
  readonly description: string;
  /** True when a model server in this process plays the model. */
  readonly isScripted: boolean;
  /** Fields of `specs.create` that choose the model. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly modelName: string;
  readonly modelServer: AsyncDisposable | undefined;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** Chooses the model, makes the repository where none is given, and starts the model server where it is needed. */
export async function prepareDemo(request: CommandRequest): Promise<DemoSetup> {
  const { input, context, prose, signal } = request;
  const scenarioFile = textOf(input["scenario"]);
  const path = scenarioFile === undefined ? undefined : resolve(context.cwd, scenarioFile);
  const { loadDemoKit } = await import("./demo-kit.ts");
  const kit = await loadDemoKit(path, signal);
  const { scenario } = kit;
  if (scenario.spec === undefined) {
    const message = `scenario ${path ?? scenario.name} names no spec; add "spec": {"title": …, "description": …}`;
    throw new UserError("validation", "SCENARIO_INVALID", message);
  }
  const keys = providerKeys(context);
  const named = textOf(input["model"]);
  const baseUrl = textOf(input["base_url"]);
  const asked = named !== undefined || baseUrl !== undefined;
  const isScripted = !asked && (path !== undefined || keys === undefined);
  const repository = await repositoryFor(request, kit);
  const base = { scenario, repository, ...scenario.spec, isScripted };
  if (!isScripted) {
    const modelName = named ?? `the default of ${Object.keys(keys ?? {}).join(", ")}`;
    prose.note(`a real model plans and codes (${modelName}): this costs tokens and takes minutes`);
    const model = {
      ...(named === undefined ? {} : { model: named }),
      ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
      ...(keys === undefined ? {} : { provider_keys: keys }),
    };
    return { ...base, model, modelName, modelServer: undefined };
  }
  const server = await kit.startModel();
  prose.note(
    `no model is asked: a server in this process answers from the script "${scenario.name}", and everything else is real`,
  );
  const modelName = `anthropic/${scenario.models?.[0] ?? "scripted"}`;
  return {
    ...base,
    modelName,
    modelServer: server,
    model: {
      model: modelName,
      base_url: server.url,
      provider_keys: { anthropic: scenario.keys?.[0] ?? "scripted" },
    },
  };
}

async function repositoryFor(
  { input, context, signal }: CommandRequest,
  kit: DemoKit,
): Promise<string> {
  const given = textOf(input["repo"]);
  if (given !== undefined) return resolve(context.cwd, given);
  const directory = textOf(input["dir"]);
  if (directory !== undefined)
    return await kit.createSample(resolve(context.cwd, directory), signal);
  const parent = await mkdtemp(join(tmpdir(), "aomori-demo-"));
  return await kit.createSample(join(parent, "pocketbook"), signal);
}
