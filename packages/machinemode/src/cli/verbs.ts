import type { CommandModule, CommandSpec, Program } from "@aomori/command";
import { processContext, runProgram } from "@aomori/command";
import { findExecutable } from "@aomori/system";
import type { AdapterFolders } from "../resolve-adapter.ts";
import type { AdapterList, ListedAdapter } from "../list-adapters.ts";
import { listAdapters } from "../list-adapters.ts";
import { linesAdapter } from "../generic/lines.ts";
import { identity } from "../identity.ts";
import { adapterSpec, wrapperSpec } from "./specs.ts";

const adaptersSpec: CommandSpec = {
  name: "adapters",
  summary: "List the tools that have an adapter, how each is read and where the adapter comes from",
  positionals: [],
  flags: [],
  examples: ["machinemode adapters --format table"],
  effects: { readOnly: true },
  columns: ["name", "source", "summary", "origin"],
  result: "list",
  eventType: "adapter",
  errors: ["BAD_ADAPTER_FILE"],
  output: {
    type: "object",
    properties: {
      name: { type: "string" },
      source: { enum: ["native", "parsed", "heuristic"] },
      summary: { type: "string" },
      channel: { type: "string" },
      flags: { type: "string" },
      origin: { type: "string" },
      installed: { type: "boolean" },
      read_only: { type: "boolean" },
    },
  },
};

const doctorSpec: CommandSpec = {
  name: "doctor",
  summary: "Check which wrapped tools are installed and whether the adapter files can be used",
  positionals: [],
  flags: [],
  examples: ["machinemode doctor"],
  effects: { readOnly: true },
  result: "events",
  eventType: "aoi:check",
  errors: [],
};

/** Runs one of the program's own commands: everything but a wrapped tool. */
export async function runVerb(
  words: readonly string[],
  host: NodeJS.Process,
  folders: AdapterFolders,
): Promise<number> {
  const own: readonly CommandModule[] = [
    { spec: wrapperSpec, handler: { run: () => undefined } },
    {
      spec: adaptersSpec,
      handler: { run: async () => rows(await listAdapters(folders), host.env["PATH"]) },
    },
    {
      spec: doctorSpec,
      handler: {
        run: async () => checks(await listAdapters(folders), host.env["PATH"]),
        defaultFormat: "jsonl",
      },
    },
  ];
  const program: Program = {
    commands: own.map(({ spec }) => spec),
    load: async (name) =>
      own.find(({ spec }) => spec.name === name) ?? {
        spec: wrapperSpec,
        handler: { run: () => undefined },
      },
    loadSpecs: async () => specs(await listAdapters(folders), own),
  };
  return await runProgram(program, words, processContext(host, identity));
}

function specs({ adapters }: AdapterList, own: readonly CommandModule[]): readonly CommandSpec[] {
  const wrapped = new Map(adapters.map(({ adapter }) => [adapter.name, adapterSpec(adapter)]));
  return [
    ...own.map(({ spec }) => spec),
    ...wrapped.values(),
    adapterSpec({ ...linesAdapter("TOOL"), name: "TOOL" }),
  ];
}

function rows(
  { adapters, failures }: AdapterList,
  searchPath: string | undefined,
): readonly object[] {
  const [failure] = failures;
  if (failure !== undefined) throw failure.error;
  return adapters.map(({ adapter, origin }) => ({
    name: adapter.name,
    source: adapter.source,
    summary: adapter.summary,
    channel: adapter.channel,
    flags: adapter.flags ?? "",
    origin,
    installed:
      adapter.source === "native" || programOf({ adapter, origin }, searchPath) !== undefined,
    read_only: adapter.effects.readOnly,
  }));
}

function programOf({ adapter }: ListedAdapter, searchPath: string | undefined): string | undefined {
  const program =
    adapter.source === "native" ? adapter.name : (adapter.channel.split(" ")[0] ?? adapter.name);
  return findExecutable(program, searchPath);
}

async function* checks(
  { adapters, failures }: AdapterList,
  searchPath: string | undefined,
): AsyncGenerator<{ readonly type: string; readonly [field: string]: unknown }, void> {
  for (const listed of adapters) {
    const { name, source } = listed.adapter;
    if (source === "native") {
      yield {
        type: "aoi:check",
        name,
        ok: true,
        severity: "info",
        detail: "answered without the tool",
      };
      continue;
    }
    const program = programOf(listed, searchPath);
    const detail =
      program ??
      `${listed.adapter.channel.split(" ")[0] ?? name} is not on PATH; install it to use this adapter`;
    yield {
      type: "aoi:check",
      name,
      ok: true,
      severity: program === undefined ? "warn" : "info",
      detail,
    };
  }
  for (const { file, error } of failures) {
    yield {
      type: "aoi:check",
      name: file,
      ok: false,
      severity: "error",
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  if (failures[0] !== undefined) throw failures[0].error;
}
