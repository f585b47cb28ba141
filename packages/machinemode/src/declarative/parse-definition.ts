import { errorCategories } from "@aomori/protocol";
import type { ErrorKind } from "../adapter.ts";
import type { LinearPattern } from "../pattern/linear-pattern.ts";
import { compilePattern } from "../pattern/linear-pattern.ts";
import type {
  AdapterDefinition,
  FieldDefinition,
  FlagRules,
  FramingDefinition,
  SplitDefinition,
} from "./definition.ts";
import { fieldTypes } from "./definition.ts";
import { flagRules } from "./flag-rules.ts";
import { Place } from "./place.ts";

const topLevel = [
  "$schema",
  "adapter",
  "name",
  "summary",
  "record",
  "source",
  "run",
  "subcommands",
  "globalFlagsWithValue",
  "flags",
  "operands",
  "framing",
  "fields",
  "keep",
  "errors",
  "cursor",
  "stdin",
  "env",
  "ownsOutputFlag",
  "readOnly",
] as const;

/** Reads an adapter file's text. Throws BAD_ADAPTER_FILE with the file and the place of what is wrong. */
export function parseDefinition(fileText: string, file: string): AdapterDefinition {
  const top = new Place(jsonOf(fileText, file), file).members(topLevel);
  if (top.adapter.value !== 1) throw top.adapter.error("must be 1, the version of this format");
  const framing = framingOf(top.framing);
  const fields = top.fields.isAbsent ? [] : fieldsOf(top.fields, framing);
  const name = top.name.text();
  if (!/^[a-z0-9][a-z0-9._+-]*( [a-z0-9._+-]+)*$/.test(name)) {
    throw top.name.error("must be a tool's name in small letters, sub-command behind it");
  }
  const record = top.record.text();
  if (record.startsWith("aoi:"))
    throw top.record.error("must not begin with aoi:, which is reserved");
  return {
    name,
    summary: top.summary.text(),
    record,
    source: top.source.oneOf(["parsed", "heuristic"], "parsed"),
    run: runOf(top.run),
    subcommands: top.subcommands.items().map((words) => words.texts()),
    globalFlagsWithValue: top.globalFlagsWithValue.texts(),
    flags: flagsOf(top.flags),
    operands: top.operands.oneOf(["pass", "refuse"], "pass"),
    framing,
    fields,
    keep: keepOf(top.keep, framing),
    ...errorsOf(top.errors),
    cursor: cursorOf(top.cursor),
    stdin: top.stdin.oneOf(["inherit", "none"], "none"),
    env: top.env.isAbsent
      ? {}
      : Object.fromEntries(top.env.entries().map(([key, value]) => [key, value.text()])),
    ownsOutputFlag: top.ownsOutputFlag.flag(false),
    readOnly: top.readOnly.flag(true),
  };
}

function jsonOf(fileText: string, file: string): unknown {
  try {
    return JSON.parse(fileText);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Place(undefined, file).error(`is not JSON: ${why}`, cause);
  }
}

function runOf(place: Place): readonly string[] {
  const words = place.texts();
  if (words.length === 0) throw place.error("must begin with the program to run");
  if (!words.includes("{args}"))
    throw place.error('must say where the arguments go, with "{args}"');
  return words;
}

function patternOf(place: Place): LinearPattern {
  const source = place.text();
  try {
    return compilePattern(source);
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw place.error(`is no usable pattern: ${cause.message}`, cause);
    throw cause;
  }
}

function framingOf(place: Place): FramingDefinition {
  const known = [
    "kind",
    "pattern",
    "delimiter",
    "columns",
    "header",
    "skip",
    "ignore",
    "items",
    "orWhole",
    "children",
  ] as const;
  const parts = place.members(known);
  const kind = parts.kind.oneOf(["lines", "nul", "blocks", "jsonl", "json"]);
  const isJson = kind === "json" || kind === "jsonl";
  const unwanted = isJson
    ? [parts.pattern, parts.delimiter, parts.columns, parts.header, parts.skip, parts.ignore]
    : [parts.items, parts.orWhole, parts.children];
  for (const part of unwanted)
    if (!part.isAbsent) throw part.error(`has no meaning with kind ${kind}`);
  if (kind === "jsonl") return { kind };
  if (kind === "json") {
    const children = parts.children.isAbsent ? undefined : parts.children.text();
    return { kind, items: parts.items.texts(), orWhole: parts.orWhole.flag(false), children };
  }
  const ignore = parts.ignore.items().map(patternOf);
  return { kind, split: splitOf(place, parts), skip: parts.skip.count(0), ignore };
}

function splitOf(
  place: Place,
  parts: Readonly<Record<"pattern" | "delimiter" | "columns" | "header", Place>>,
): SplitDefinition {
  const given = [parts.pattern, parts.delimiter].filter((part) => !part.isAbsent);
  if (given.length > 1) throw place.error("has both a pattern and a delimiter; one of them");
  if (!parts.pattern.isAbsent) return { by: "pattern", pattern: patternOf(parts.pattern) };
  if (parts.columns.isAbsent)
    throw place.error("needs a pattern, or columns (with or without a delimiter)");
  const count = parts.columns.count(0);
  if (count < 1) throw parts.columns.error("must be at least 1");
  return parts.delimiter.isAbsent
    ? { by: "columns", count, header: parts.header.flag(false) }
    : { by: "delimiter", delimiter: parts.delimiter.text(), count };
}

function fieldsOf(place: Place, framing: FramingDefinition): readonly FieldDefinition[] {
  return place.entries().map(([name, field]) => {
    if (name === "type" || name === "source" || name.endsWith("_base64")) {
      throw field.error("is a name the wrapper sets itself");
    }
    const parts = field.members(["from", "type", "nulls"]);
    const type = parts.type.oneOf(fieldTypes, "string");
    return { name, from: originOf(parts.from, name, framing), type, nulls: parts.nulls.texts() };
  });
}

function originOf(place: Place, name: string, framing: FramingDefinition): string | number {
  const from = place.value ?? name;
  const isColumns = "split" in framing && framing.split.by !== "pattern";
  if (isColumns) {
    const { count } = framing.split;
    if (typeof from === "number" && Number.isInteger(from) && from >= 1 && from <= count)
      return from;
    throw place.error(`must be the number of a column, 1 to ${count}`);
  }
  if (typeof from !== "string") throw place.error("must be a text");
  if (
    "split" in framing &&
    framing.split.by === "pattern" &&
    !framing.split.pattern.names.includes(from)
  ) {
    throw place.error(
      `is ${from}, but the pattern names only ${framing.split.pattern.names.join(", ") || "nothing"}`,
    );
  }
  return from;
}

function flagsOf(place: Place): FlagRules {
  if (place.isAbsent) return flagRules({});
  const parts = place.members(["pass", "drop", "refuse", "other"]);
  const refuse = parts.refuse.isAbsent ? [] : parts.refuse.entries();
  return flagRules({
    pass: flagTexts(parts.pass),
    drop: flagTexts(parts.drop),
    refuse: Object.fromEntries(refuse.map(([flag, why]) => [flag, why.text()])),
    other: parts.other.oneOf(["pass", "refuse"], "refuse"),
  });
}

function flagTexts(place: Place): readonly string[] {
  return place.items().map((item) => {
    const flag = item.text();
    if (!/^-[^=]*=?$/.test(flag)) {
      throw item.error('must look like "-n", or "-n=" when it takes a value');
    }
    return flag;
  });
}

function keepOf(place: Place, framing: FramingDefinition): string | undefined {
  if (place.isAbsent)
    return framing.kind === "json" || framing.kind === "jsonl" ? "data" : undefined;
  if (place.value === false) return undefined;
  if ("split" in framing) throw place.error("has a meaning only with kind json and jsonl");
  const name = place.text();
  if (name === "type" || name === "source") throw place.error("is a name the wrapper sets itself");
  return name;
}

function errorsOf(place: Place): Pick<AdapterDefinition, "exit" | "stderr"> {
  if (place.isAbsent) return { exit: {}, stderr: [] };
  const parts = place.members(["exit", "stderr"]);
  const exit = parts.exit.isAbsent ? [] : parts.exit.entries();
  return {
    exit: Object.fromEntries(
      exit.map(([status, kind]) => {
        if (!/^\d{1,3}$/.test(status))
          throw kind.error("must be named by an exit status, 0 to 255");
        return [
          status,
          kind.value === "ok" ? ("ok" as const) : errorKind(kind.members(["category", "code"])),
        ];
      }),
    ),
    stderr: parts.stderr.items().map((item) => {
      const rule = item.members(["pattern", "category", "code"]);
      return { ...errorKind(rule), pattern: patternOf(rule.pattern) };
    }),
  };
}

function errorKind(parts: Readonly<Record<"category" | "code", Place>>): ErrorKind {
  const code = parts.code.text();
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw parts.code.error("must be UPPER_SNAKE");
  return { category: parts.category.oneOf(errorCategories), code };
}

function cursorOf(place: Place): AdapterDefinition["cursor"] {
  if (place.isAbsent) return "none";
  if (typeof place.value === "string")
    return place.oneOf<"position" | "none">(["position", "none"]);
  const parts = place.members(["field", "flag"]);
  return { field: parts.field.text(), flag: parts.flag.text() };
}
