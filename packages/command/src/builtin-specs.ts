import type { CommandSpec } from "./command-spec.ts";

/** What a completion script can be made for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

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

/** `aomori mcp`: not a command but a server, which has standard input and output for itself. */
export const mcpSpec: CommandSpec = {
  ...readOnly,
  name: "mcp",
  summary: "Serve the commands as MCP tools on standard input and output",
  eventType: "mcp",
  flags: [
    {
      name: "read-only",
      field: "read_only",
      type: "boolean",
      description: "offer only commands that change nothing",
    },
    {
      name: "max-events",
      field: "max_events",
      type: "integer",
      minimum: 1,
      valueName: "n",
      default: "200",
      description: "results one call answers with at most",
    },
    {
      name: "max-bytes",
      field: "max_bytes",
      type: "integer",
      minimum: 1,
      valueName: "n",
      default: "102400",
      description: "bytes of results one call answers with at most",
    },
  ],
};

/** A program that names checks has it too. */
export const doctorSpec: CommandSpec = {
  ...readOnly,
  name: "doctor",
  summary: "Check what this program needs, and say what to do",
  result: "events",
  eventType: "check",
  emits: ["aoi:check"],
};

/** The commands every program has, unless it has one of that name itself. No server, no credentials. */
export const builtinSpecs: readonly CommandSpec[] = [
  capabilitiesSpec,
  schemaSpec,
  completionSpec,
  mcpSpec,
];

/** Every word that a program has from here, `doctor` too. */
export const builtinNames: readonly string[] = [...builtinSpecs, doctorSpec].map(
  ({ name }) => name,
);
