import type { Adapter, ChildPlan, CursorKind } from "../adapter.ts";
import type { JsonSchema } from "../json-schema.ts";
import { flag, integer, numeric, nullable, recordSchema, text, time } from "../json-schema.ts";
import type { AdapterDefinition, FieldType } from "./definition.ts";
import { definedRecords } from "./records.ts";
import { rewriteArguments } from "./rewrite-arguments.ts";

/** An adapter for one way to call the tool: the words of its sub-command are those of `name`. */
export function compileAdapter(
  definition: AdapterDefinition,
  subcommand: readonly string[] = [],
): Adapter {
  const { record, run, source, cursor, readOnly } = definition;
  const name = [definition.name, ...subcommand].join(" ");
  const plan = (argv: readonly string[]): ChildPlan => ({
    kind: "child",
    argv: rewriteArguments(definition, name, argv),
    env: definition.env,
    stdin: definition.stdin,
    items: (chunks) => definedRecords(definition, chunks),
    errors: {
      exit: definition.exit,
      stderr: definition.stderr.map(({ pattern, ...kind }) => ({ ...kind, matches: pattern.test })),
    },
  });
  return {
    name,
    summary: definition.summary,
    channel: run.filter((word) => !/^\{\w+\}$/.test(word)).join(" "),
    source,
    effects: { readOnly },
    recordTypes: [record],
    schema: schemaOf(definition),
    cursor: cursorKind(cursor, name),
    ownsOutputFlag: definition.ownsOutputFlag,
    takesTrailingOptions: definition.flags.other === "refuse",
    globalFlagsWithValue: definition.globalFlagsWithValue,
    flags: [...definition.flags.pass.keys()].join(" "),
    plan,
  };
}

function cursorKind(cursor: AdapterDefinition["cursor"], name: string): CursorKind {
  if (cursor === "position") return { kind: "position" };
  if (cursor !== "none") return { kind: "field", ...cursor };
  return { kind: "none", why: `what ${name} lists changes between two calls` };
}

const typeSchemas: Readonly<Record<FieldType, JsonSchema>> = {
  string: text,
  path: text,
  int: integer,
  float: numeric,
  size: integer,
  epoch: time,
  epoch_ms: time,
  epoch_us: time,
  time,
  mode: { type: "string", pattern: "^[0-7]+$" },
  bool: flag,
  json: {},
};

function schemaOf(definition: AdapterDefinition): JsonSchema {
  const { framing, fields, keep, record } = definition;
  const isJson = framing.kind === "json" || framing.kind === "jsonl";
  const own = fields.map(
    ({ name, type }) => [name, isJson ? {} : nullable(typeSchemas[type])] as const,
  );
  const nested = framing.kind === "json" && framing.children !== undefined;
  return recordSchema(record, {
    ...Object.fromEntries(own),
    ...(keep === undefined ? {} : { [keep]: {} }),
    ...(nested
      ? { depth: { type: "integer" }, key: text, parent_keys: { type: "array", items: text } }
      : {}),
  });
}
