import { UserError } from "@aomori/protocol";
import type { CommandModule, CommandRequest } from "./command-handler.ts";
import type { CommandSpec } from "./command-spec.ts";
import { completionScript, shells } from "./completion.ts";
import { didYouMean } from "./did-you-mean.ts";
import { capabilitiesDocument, schemaDocument } from "./discovery.ts";

const readOnly = {
  positionals: [],
  flags: [],
  examples: [],
  effects: { readOnly: true },
  result: "resource",
  errors: [],
  // A field named after a secret is described here, not filled.
  reveals: ["*"],
} as const;

const capabilitiesSpec: CommandSpec = {
  ...readOnly,
  name: "capabilities",
  summary: "Print what this program can do, as one JSON object",
  eventType: "capabilities",
};

const schemaSpec: CommandSpec = {
  ...readOnly,
  name: "schema",
  summary: "Print the JSON Schema of a command's events",
  eventType: "schema",
  flags: [
    {
      name: "command",
      field: "command",
      type: "string",
      valueName: "command",
      description: "one command; all of them when absent",
    },
  ],
};

const completionSpec: CommandSpec = {
  ...readOnly,
  name: "completion",
  summary: "Print a completion script for a shell",
  eventType: "completion",
  positionals: [{ name: "shell", field: "shell", type: "string", required: true, enum: shells }],
};

/** The commands every program has: capabilities, schema and completion. No server, no credentials. */
export function builtinCommands(
  loadSpecs: () => Promise<readonly CommandSpec[]>,
): readonly CommandModule[] {
  const json = { resource: (value: unknown) => `${JSON.stringify(value, null, 2)}\n` };
  const allSpecs = async (): Promise<CommandSpec[]> => {
    const own = await loadSpecs();
    const names = new Set(own.map((spec) => spec.name));
    const builtin = [capabilitiesSpec, schemaSpec, completionSpec];
    return [...own, ...builtin.filter((spec) => !names.has(spec.name))];
  };
  return [
    {
      spec: capabilitiesSpec,
      handler: {
        run: async ({ context }) => capabilitiesDocument(context.program, await allSpecs()),
        view: json,
      },
    },
    {
      spec: schemaSpec,
      handler: {
        run: async (request) =>
          schemaDocument(request.context.program, chosen(request, await allSpecs())),
        view: json,
      },
    },
    {
      spec: completionSpec,
      handler: {
        run: async ({ input, context }) => {
          const shell = shells.find((name) => name === input["shell"]) ?? "bash";
          return { shell, script: completionScript(shell, context.program.name, await allSpecs()) };
        },
        view: { resource: scriptOf },
        defaultFormat: "table",
      },
    },
  ];
}

function chosen(request: CommandRequest, specs: readonly CommandSpec[]): readonly CommandSpec[] {
  const { command } = request.input;
  if (typeof command !== "string") return specs;
  const found = specs.filter((spec) => spec.name === command);
  if (found.length > 0) return found;
  const names = specs.map((spec) => spec.name);
  const hint = didYouMean(command, names);
  throw new UserError("not_found", "COMMAND_NOT_FOUND", `there is no command "${command}".${hint}`);
}

function scriptOf(value: unknown): string {
  return typeof value === "object" && value !== null && "script" in value
    ? String(value.script)
    : "";
}
