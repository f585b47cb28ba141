import type { CommandSpec, FlagSpec } from "./command-spec.ts";

export const formats = ["table", "json", "yaml", "jsonl"] as const;
export type Format = (typeof formats)[number];

/** Flags of every command. `limit` and `cursor` are absent when the command has a field of that name. */
export interface GlobalFlags {
  readonly format?: Format;
  readonly help: boolean;
  readonly version: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** False after `--no-color`. */
  readonly color: boolean;
  readonly timeoutMs?: number;
  readonly limit?: number;
  readonly cursor?: string;
  readonly idempotencyKey?: string;
  /** `-` for standard input, or a file. */
  readonly inputJsonl?: string;
}

interface GlobalFlag extends FlagSpec {
  /** Whether a command takes it; always when absent. */
  readonly appliesTo?: (spec: CommandSpec) => boolean;
}

const isMany = (spec: CommandSpec): boolean => spec.result !== "resource";

/** In the order help shows them. `field` is a name of `GlobalFlags`. */
const globalFlags: readonly GlobalFlag[] = [
  {
    name: "format",
    short: "o",
    field: "format",
    type: "string",
    enum: formats,
    valueName: "format",
    description:
      "table on a terminal, json when piped; --output is the same, --json is --format json",
  },
  {
    name: "limit",
    field: "limit",
    type: "integer",
    minimum: 0,
    valueName: "n",
    description: "stop after this many results",
    appliesTo: isMany,
  },
  {
    name: "cursor",
    field: "cursor",
    type: "string",
    valueName: "cursor",
    description: "go on where the page before ended",
    appliesTo: (spec) => spec.result === "page",
  },
  {
    name: "dry-run",
    field: "dryRun",
    type: "boolean",
    description: "print what would be done and do nothing",
    appliesTo: (spec) => spec.effects.dryRun === true,
  },
  {
    name: "yes",
    short: "y",
    field: "yes",
    type: "boolean",
    description: "do not ask before destroying something",
  },
  {
    name: "idempotency-key",
    field: "idempotencyKey",
    type: "string",
    valueName: "key",
    description: "the same key again answers with the first result",
    appliesTo: (spec) => spec.effects.idempotencyKey === true,
  },
  {
    name: "input-jsonl",
    field: "inputJsonl",
    type: "string",
    valueName: "file",
    description: "events of another tool to read: - for standard input, or a file",
    appliesTo: (spec) => spec.inputSchemas !== undefined,
  },
  {
    name: "timeout",
    field: "timeoutMs",
    type: "duration",
    valueName: "duration",
    minimum: 1,
    description: "give up after this long: 30s, 10m",
  },
  { name: "quiet", short: "q", field: "quiet", type: "boolean", description: "no prose on stderr" },
  {
    name: "verbose",
    short: "v",
    field: "verbose",
    type: "boolean",
    description: "tell on stderr what is being done",
  },
  { name: "no-color", field: "noColor", type: "boolean", description: "no colour; NO_COLOR too" },
  { name: "help", short: "h", field: "help", type: "boolean", description: "show this" },
  {
    name: "version",
    short: "V",
    field: "version",
    type: "boolean",
    description: "show the version",
  },
];

/** Other spellings: the flag they stand for, and its value when they carry one. */
const spellings: Readonly<Record<string, { readonly name: string; readonly value?: string }>> = {
  output: { name: "format" },
  json: { name: "format", value: "json" },
};

/** The global flags a command takes: those that apply and whose name it does not use itself. */
export function globalFlagsOf(spec: CommandSpec): FlagSpec[] {
  const own = new Set(spec.flags.map((flag) => flag.name));
  return globalFlags
    .filter((flag) => !own.has(flag.name) && flag.appliesTo?.(spec) !== false)
    .map(({ appliesTo: _appliesTo, ...flag }) => flag);
}

/** Every global flag, for words that stand before a command is known. */
export function allGlobalFlags(): readonly FlagSpec[] {
  return globalFlags;
}

/** The flag another spelling stands for, unless the command has a flag so named. */
export function spellingOf(
  name: string,
  ownNames: readonly string[],
): { readonly name: string; readonly value?: string } | undefined {
  return ownNames.includes(name) || !Object.hasOwn(spellings, name) ? undefined : spellings[name];
}
