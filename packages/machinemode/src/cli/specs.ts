import type { CommandSpec } from "@aomori/command";
import type { Adapter } from "../adapter.ts";

const flags: CommandSpec["flags"] = [
  {
    name: "limit",
    field: "limit",
    type: "integer",
    minimum: 0,
    valueName: "n",
    description: "at most so many records; the summary says whether there are more",
  },
  {
    name: "cursor",
    field: "cursor",
    type: "string",
    valueName: "text",
    description: "go on behind an earlier page: its next_cursor",
  },
  {
    name: "fields",
    field: "fields",
    type: "string",
    repeatable: true,
    valueName: "a,b.c",
    description: "only these fields of each record",
  },
  {
    name: "max-bytes",
    field: "max_bytes",
    type: "integer",
    minimum: 1,
    valueName: "n",
    description: "end the page before its records take more",
  },
  {
    name: "max-tokens",
    field: "max_tokens",
    type: "integer",
    minimum: 1,
    valueName: "n",
    description: "the same in tokens of a language model: an estimate, 3 bytes each",
  },
  {
    name: "timeout",
    field: "timeout",
    type: "duration",
    valueName: "10s",
    description: "stop the tool after this time",
  },
  {
    name: "dry-run",
    field: "dry_run",
    type: "boolean",
    description: "tell what would be done or run, and do nothing",
  },
  {
    name: "yes",
    field: "yes",
    type: "boolean",
    short: "y",
    description: "agree to what deletes or replaces",
  },
  {
    name: "adapter",
    field: "adapter",
    type: "string",
    repeatable: true,
    valueName: "file",
    description: "use this adapter file",
  },
  {
    name: "lines",
    field: "lines",
    type: "boolean",
    description: "no adapter: the tool's lines as they are",
  },
];

/** The program itself, for its help and completion; a wrapped tool never runs through it. */
export const wrapperSpec: CommandSpec = {
  name: "machinemode",
  isProgram: true,
  summary: "Run a tool and tell what it says as typed events, one JSON object a line",
  description:
    "Options of machinemode come before the tool's name, everything behind it is the tool's. At the very end --output jsonl " +
    "is machinemode's, unless the tool has such a flag or -- stands before it; and so are --limit, --cursor, --fields, " +
    "--max-bytes, --max-tokens, --dry-run and --yes where the adapter refuses flags it does not know. Adapter files of yours go into " +
    "$XDG_CONFIG_HOME/machinemode/adapters.",
  positionals: [
    {
      name: "tool",
      field: "tool",
      type: "string",
      required: true,
      description: "a tool, or one of machinemode's own commands",
    },
    {
      name: "args",
      field: "args",
      type: "string",
      repeatable: true,
      verbatim: true,
      description: "what the tool is called with",
    },
  ],
  flags,
  examples: [
    "machinemode ls -l src",
    "machinemode --limit 20 --fields hash,subject git log",
    "machinemode --dry-run rm -r build",
    "machinemode adapters --format table",
  ],
  effects: { readOnly: false },
  result: "events",
  eventType: "record",
  errors: [
    "UNSUPPORTED_FLAG",
    "TOOL_FAILED",
    "TOOL_KILLED",
    "COMMAND_NOT_FOUND",
    "BAD_ADAPTER_FILE",
    "INVALID_CURSOR",
    "STALE_CURSOR",
    "TIMEOUT",
  ],
  output: { type: "object", properties: { type: { const: "line" } } },
};

/** A wrapped tool as discovery shows it. */
export function adapterSpec(adapter: Adapter): CommandSpec {
  const pages =
    adapter.cursor.kind === "none" ? flags.filter(({ name }) => name !== "cursor") : flags;
  const { readOnly, destructive = false, dryRun = false } = adapter.effects;
  return {
    name: adapter.name,
    summary: adapter.summary,
    description: `Read by: ${adapter.channel}. Flags: ${adapter.flags ?? "any"}.`,
    positionals: [],
    flags: pages,
    examples: [`machinemode ${adapter.name}`],
    effects: { readOnly, destructive, dryRun },
    result: "events",
    eventType: adapter.recordTypes[0] ?? "record",
    errors: [],
    output: adapter.schema,
  };
}
