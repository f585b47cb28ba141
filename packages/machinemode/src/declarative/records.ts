import { isUtf8 } from "node:buffer";
import type { ByteString } from "../byte-text.ts";
import { rawFields, setText } from "../byte-text.ts";
import { parseExactJson } from "../exact-json.ts";
import { blankLineBlocks } from "../framing/blocks.ts";
import { blankSeparated, delimited } from "../framing/columns.ts";
import type { Frame } from "../framing/frames.ts";
import { defaultMaxFrameBytes, separatedFrames } from "../framing/frames.ts";
import { defaultMaxItemBytes, jsonItems } from "../framing/json-items.ts";
import type { Item, ToolRecord, WarningItem } from "../record.ts";
import type { AdapterDefinition, FieldDefinition, FramingDefinition } from "./definition.ts";
import { UnreadableField, readValue } from "./field-value.ts";
import { nestedItems } from "./nested-items.ts";

/** Turns a tool's output into records as an adapter file says; what does not read is a warning with its raw bytes. */
export function definedRecords(
  definition: AdapterDefinition,
  chunks: AsyncIterable<Buffer>,
): AsyncIterable<readonly Item[]> {
  const { framing } = definition;
  if (framing.kind === "json") return jsonRecords(definition, framing, chunks);
  if (framing.kind === "jsonl")
    return lineRecords(chunks, "\n", (line) => jsonLine(definition, line));
  const { split, ignore } = framing;
  let toSkip = framing.skip + (split.by === "columns" && split.header ? 1 : 0);
  const read = (frame: Frame): Item | undefined => {
    if (toSkip > 0) {
      toSkip -= 1;
      return undefined;
    }
    if (frame.bytes === "" || ignore.some((pattern) => pattern.test(frame.bytes))) return undefined;
    return splitFrame(definition, framing, frame.bytes);
  };
  if (framing.kind === "blocks") return blockRecords(chunks, read);
  return lineRecords(chunks, framing.kind === "nul" ? "\0" : "\n", read);
}

export function unreadable(bytes: ByteString, why: string): WarningItem {
  return {
    type: "aoi:warning",
    code: "UNREADABLE_OUTPUT",
    message: `a part of the tool's output is no record: ${why}`,
    ...rawFields(bytes),
  };
}

type ReadFrame = (frame: Frame) => Item | undefined;

async function* lineRecords(
  chunks: AsyncIterable<Buffer>,
  separator: "\n" | "\0",
  read: ReadFrame,
): AsyncGenerator<readonly Item[], void> {
  const options = { separator, maxFrameBytes: defaultMaxFrameBytes };
  for await (const frames of separatedFrames(chunks, options)) yield readAll(frames, read);
}

async function* blockRecords(
  chunks: AsyncIterable<Buffer>,
  read: ReadFrame,
): AsyncGenerator<readonly Item[], void> {
  const lines = separatedFrames(chunks, { separator: "\n", maxFrameBytes: defaultMaxFrameBytes });
  for await (const blocks of blankLineBlocks(lines, defaultMaxFrameBytes))
    yield readAll(blocks, read);
}

function readAll(frames: readonly Frame[], read: ReadFrame): Item[] {
  const items: Item[] = [];
  for (const frame of frames) {
    const item = frame.problem === undefined ? read(frame) : unreadable(frame.bytes, frame.problem);
    if (item !== undefined) items.push(item);
  }
  return items;
}

function splitFrame(
  definition: AdapterDefinition,
  framing: Extract<FramingDefinition, { readonly split: unknown }>,
  bytes: ByteString,
): Item {
  const { split } = framing;
  const found: Readonly<Record<string | number, ByteString>> | undefined =
    split.by === "pattern" ? split.pattern.match(bytes) : byNumber(columnsOf(split, bytes));
  if (found === undefined) return unreadable(bytes, "it does not have the expected shape");
  const record: Record<string, unknown> = {};
  try {
    for (const field of definition.fields) setField(record, field, found[field.from]);
  } catch (error) {
    if (error instanceof UnreadableField) return unreadable(bytes, error.message);
    throw error;
  }
  return { type: definition.record, source: definition.source, ...record };
}

function columnsOf(
  split: Exclude<
    Extract<FramingDefinition, { readonly split: unknown }>["split"],
    { readonly by: "pattern" }
  >,
  bytes: ByteString,
): readonly ByteString[] | undefined {
  return split.by === "columns"
    ? blankSeparated(bytes, split.count)
    : delimited(bytes, split.delimiter, split.count);
}

function byNumber(
  columns: readonly ByteString[] | undefined,
): Record<number, ByteString> | undefined {
  if (columns === undefined) return undefined;
  return Object.fromEntries(columns.map((column, index) => [index + 1, column]));
}

function setField(
  record: Record<string, unknown>,
  field: FieldDefinition,
  bytes: ByteString | undefined,
): void {
  const { name, type, nulls } = field;
  if (bytes === undefined || nulls.includes(bytes)) record[name] = null;
  else if (type === "string" || type === "path") setText(record, name, bytes);
  else record[name] = readValue(bytes, type);
}

function jsonLine(definition: AdapterDefinition, { bytes }: Frame): Item | undefined {
  if (bytes.trim() === "") return undefined;
  const line = Buffer.from(bytes, "latin1");
  if (!isUtf8(line)) return unreadable(bytes, "it is not UTF-8");
  try {
    return jsonRecord(definition, parseExactJson(line.toString("utf8")), {});
  } catch (error) {
    if (error instanceof SyntaxError) return unreadable(bytes, "it is not JSON");
    throw error;
  }
}

async function* jsonRecords(
  definition: AdapterDefinition,
  framing: Extract<FramingDefinition, { readonly kind: "json" }>,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Item[], void> {
  const options = {
    path: framing.items,
    orWhole: framing.orWhole,
    maxItemBytes: defaultMaxItemBytes,
  };
  for await (const values of jsonItems(chunks, options)) {
    const items: Item[] = [];
    for (const value of values) {
      if (framing.children === undefined) items.push(jsonRecord(definition, value, {}));
      else {
        for (const { item, place } of nestedItems(value, framing.children)) {
          items.push(jsonRecord(definition, item, place));
        }
      }
    }
    yield items;
  }
}

function jsonRecord(
  definition: AdapterDefinition,
  value: unknown,
  place: Readonly<Record<string, unknown>>,
): Item {
  const record: Record<string, unknown> = {};
  try {
    for (const field of definition.fields) {
      const found = valueAt(value, String(field.from));
      if (found === undefined || found === null) record[field.name] = null;
      else if (typeof found === "string")
        setField(record, field, Buffer.from(found, "utf8").toString("latin1"));
      else if (typeof found === "number" && field.type.startsWith("epoch"))
        setField(record, field, String(found));
      else record[field.name] = found;
    }
  } catch (error) {
    if (error instanceof UnreadableField) {
      return unreadable(
        Buffer.from(JSON.stringify(value, bigIntText)).toString("latin1"),
        error.message,
      );
    }
    throw error;
  }
  const kept = definition.keep === undefined ? {} : { [definition.keep]: value };
  const { record: type, source } = definition;
  return { type, source, ...record, ...place, ...kept } satisfies ToolRecord;
}

function bigIntText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** The value the keys lead to; a key with a dot in it is found as a whole first. */
function valueAt(value: unknown, keys: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, keys)) return Reflect.get(value, keys);
  const dot = keys.indexOf(".");
  if (dot === -1) return undefined;
  const head = keys.slice(0, dot);
  return Object.hasOwn(value, head)
    ? valueAt(Reflect.get(value, head), keys.slice(dot + 1))
    : undefined;
}
