#!/usr/bin/env node
/**
 * A whole AOI-CLI tool on @aomori/protocol: sources (search, tick), a transformer (shout), a sink (save).
 * The emitter writes aoi:meta and aoi:summary, counts, drains and ends honestly on signals and crashes;
 * what is left to a tool is its arguments, its events and its errors. Read it from the bottom up.
 */
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  RetryableError,
  UserError,
  aoiVersion,
  createEmitter,
  createOutput,
  errorBody,
  exitCodes,
  installProcessHooks,
  isCodedError,
  readEvents,
} from "@aomori/protocol";
import type { Emitter, ErrorCategory, StreamEvent, SummaryFields } from "@aomori/protocol";

type OwnEvent =
  | { type: "hit"; rank: number; id: string; title: string }
  | { type: "tick"; number: number }
  | { type: "shouted"; source_id: string; title: string }
  | { type: "saved"; path: string; bytes: number };

const tool = "hello-aoi";
const version = "1.0.0";
const schemaName = "com.example.hello.events";
const schemaVersion = "1.0.0";
const inputSchemas = [`${schemaName}@${schemaVersion}`];
const titles = ["an apple a day", "Aomori, land of apples", "りんご crème, apple pie"];

const output = { output: { type: "string", default: "jsonl" } } as const;
const input = { "input-jsonl": { type: "string" } } as const;

/** What a run needs; `fail` reports an error and goes on. */
interface Run {
  readonly stream: Emitter<OwnEvent>;
  readonly argv: string[];
  readonly fail: (error: unknown) => Promise<void>;
}

async function search({ stream, argv }: Run): Promise<SummaryFields> {
  const { values, positionals } = parse(() =>
    parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...output,
        in: { type: "string" },
        limit: { type: "string", default: "1000" },
        cursor: { type: "string" },
      },
    }),
  );
  checkOutput(values.output);
  const limit = wholeNumber(values.limit);
  const after = lineOf(values.cursor);
  const [query] = positionals;
  if (query === undefined || positionals.length > 1) {
    throw new UserError(
      "usage",
      "QUERY_EXPECTED",
      "search takes one query: hello-aoi search QUERY",
    );
  }
  let line = 0;
  let count = 0;
  let last = after;
  for await (const title of values.in === undefined ? titles : linesOf(values.in)) {
    line += 1;
    if (line <= after || !title.includes(query)) continue;
    if (count === limit) return { truncated: true, next_cursor: `after-${last}` };
    await stream.emit({ type: "hit", rank: line, id: `doc_${line}`, title });
    count += 1;
    last = line;
  }
  return { truncated: false };
}

/** Without --times it has no end: a heartbeat tells that it lives, a signal or --timeout-ms ends it. */
async function tick({ stream, argv }: Run): Promise<SummaryFields> {
  const { values } = parse(() =>
    parseArgs({
      args: argv,
      options: {
        ...output,
        times: { type: "string" },
        "every-ms": { type: "string", default: "1000" },
        "timeout-ms": { type: "string" },
      },
    }),
  );
  checkOutput(values.output);
  const everyMs = wholeNumber(values["every-ms"]);
  const times = values.times === undefined ? Infinity : wholeNumber(values.times);
  const timeoutMs =
    values["timeout-ms"] === undefined ? Infinity : wholeNumber(values["timeout-ms"]);
  const startedAtMs = performance.now();
  for (let number = 1; number <= times; number += 1) {
    await setTimeout(everyMs);
    if (performance.now() - startedAtMs > timeoutMs) {
      const message = `not done after ${timeoutMs} ms; give it longer`;
      throw new RetryableError("timeout", "DEADLINE_EXCEEDED", message);
    }
    await stream.emit({ type: "tick", number });
    await stream.heartbeat();
  }
  return {};
}

async function shout({ stream, argv, fail }: Run): Promise<SummaryFields> {
  const { values } = parse(() => parseArgs({ args: argv, options: { ...output, ...input } }));
  checkOutput(values.output);
  checkInput(values["input-jsonl"]);
  return consume(stream, fail, async ({ id, title }) => {
    await stream.emit({ type: "shouted", source_id: id, title: title.toUpperCase() });
  });
}

async function save({ stream, argv, fail }: Run): Promise<SummaryFields> {
  const { values } = parse(() =>
    parseArgs({
      args: argv,
      options: {
        ...output,
        ...input,
        into: { type: "string" },
        "dry-run": { type: "boolean", default: false },
      },
    }),
  );
  checkOutput(values.output);
  checkInput(values["input-jsonl"]);
  const folder = values.into;
  if (folder === undefined) {
    throw new UserError("usage", "FOLDER_EXPECTED", "save needs a folder: --into DIR");
  }
  return consume(stream, fail, async ({ id, title }) => {
    if (!/^[\w-]+$/.test(id)) {
      await fail(new UserError("validation", "UNSAFE_ID", `${JSON.stringify(id)} is no file name`));
      return;
    }
    const path = join(folder, `${id}.txt`);
    const text = `${title}\n`;
    const bytes = Buffer.byteLength(text);
    if (values["dry-run"]) {
      await stream.plan({ action: "write", path, bytes });
      return;
    }
    await mkdir(folder, { recursive: true });
    await writeFile(path, text);
    await stream.emit({ type: "saved", path, bytes });
  });
}

/** Handles the hits of standard input; what went wrong upstream goes wrong here. */
async function consume(
  stream: Emitter<OwnEvent>,
  fail: (error: unknown) => Promise<void>,
  onHit: (hit: { readonly id: string; readonly title: string }) => Promise<void>,
): Promise<SummaryFields> {
  let inputCount = 0;
  const malformed: unknown[] = [];
  const events = readEvents(process.stdin, { onMalformed: (error) => malformed.push(error) });
  for await (const event of untilCutOff(events, malformed)) {
    for (const error of malformed.splice(0)) await fail(error);
    inputCount += 1;
    const { type, id, title } = event;
    if (type === "hit" && typeof id === "string" && typeof title === "string") {
      await onHit({ id, title });
    } else if (type === "hit") {
      await fail(new UserError("validation", "HIT_INVALID", "a hit has an id and a title"));
    } else if (type === "aoi:warning" || type === "aoi:error") {
      await stream.forward(event);
    } else if (type === "aoi:summary" && event["ok"] !== true) {
      await fail(new UserError("partial", "UPSTREAM_FAILED", "the tool upstream did not succeed"));
    }
  }
  for (const error of malformed) await fail(error);
  const { errors } = stream.counts();
  return { input_count: inputCount, ...(errors === 0 ? {} : { partial: true }) };
}

/** A stream that ends without its summary was cut off: one more error, and the end. */
async function* untilCutOff(
  events: AsyncIterable<StreamEvent>,
  errors: unknown[],
): AsyncGenerator<StreamEvent> {
  try {
    yield* events;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    errors.push(error);
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    await using file = await open(path);
    yield* file.readLines();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause;
    const isAbsent = cause.code === "ENOENT";
    const category = isAbsent ? "not_found" : "io";
    const code = isAbsent ? "FILE_NOT_FOUND" : "FILE_UNREADABLE";
    throw new UserError(category, code, `cannot read ${path}: ${String(cause.code)}`, { cause });
  }
}

/** Never shows a value: it may be a secret behind a misspelt flag. */
function parse<Parsed>(read: () => Parsed): Parsed {
  try {
    return read();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split(".", 1)[0] : "";
    throw new UserError("usage", "BAD_ARGUMENTS", `${message}; see: hello-aoi --help`, { cause });
  }
}

function checkOutput(format: string): void {
  if (format === "jsonl") return;
  throw new UserError("usage", "BAD_ARGUMENTS", "--output is jsonl; there is no other");
}

function checkInput(source: string | undefined): void {
  if (source === "-") return;
  throw new UserError("usage", "INPUT_EXPECTED", "this reads events: --input-jsonl -");
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UserError("usage", "BAD_ARGUMENTS", "a number is expected; see: hello-aoi --help");
}

function lineOf(cursor = "after-0"): number {
  const line = /^after-(\d{1,15})$/.exec(cursor)?.[1];
  if (line !== undefined) return Number(line);
  throw new UserError("validation", "CURSOR_INVALID", "--cursor takes a next_cursor of ours");
}

const commands = new Map([
  ["search", { run: search, reads: false, types: ["hit"] }],
  ["tick", { run: tick, reads: false, types: ["tick", "aoi:heartbeat"] }],
  ["shout", { run: shout, reads: true, types: ["shouted"] }],
  ["save", { run: save, reads: true, types: ["saved", "aoi:plan"] }],
]);

function capabilities(): object {
  return {
    tool,
    tool_version: version,
    aoi_versions: [aoiVersion],
    schemas: [{ name: schemaName, versions: [schemaVersion], default: schemaVersion }],
    commands: [...commands].map(([name, { reads, types }]) => ({
      name,
      read_only: name !== "save",
      bounded: name !== "tick",
      supports_cursor: name === "search",
      supports_dry_run: name === "save",
      supports_idempotency_key: false,
      destructive: false,
      requires_confirm: false,
      input_schemas: reads ? inputSchemas : [],
      event_types: ["aoi:meta", ...types, "aoi:warning", "aoi:error", "aoi:summary"],
    })),
  };
}

function schema(): object {
  const text = { type: "string" };
  const whole = { type: "integer", minimum: 0 };
  const event = (type: string, properties: object): object => ({
    type: "object",
    properties: { type: { const: type }, ...properties },
    required: ["type", ...Object.keys(properties)],
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${schemaName}@${schemaVersion}`,
    anyOf: [
      event("hit", { rank: whole, id: text, title: text }),
      event("tick", { number: whole }),
      event("shouted", { source_id: text, title: text }),
      event("saved", { path: text, bytes: whole }),
      { type: "object", properties: { type: { type: "string", pattern: "^aoi:" } } },
    ],
  };
}

const usage = `hello-aoi search QUERY [--in FILE] [--limit N] [--cursor CURSOR]
hello-aoi tick [--times N] [--every-ms MS] [--timeout-ms MS]
hello-aoi shout --input-jsonl -
hello-aoi save --input-jsonl - --into DIR [--dry-run]
hello-aoi capabilities | schema [--command NAME]`;

const documents = new Map<string | undefined, () => string>([
  ["capabilities", () => JSON.stringify(capabilities())],
  ["schema", () => JSON.stringify(schema())],
  ["--version", () => `${tool} ${version}`],
  ["--help", () => usage],
]);

async function main(argv: string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  const document = documents.get(name);
  if (document !== undefined) {
    const out = createOutput({ fd: 1 });
    await out.write(`${document()}\n`);
    await out.flush();
    return out.failure?.exitCode ?? 0;
  }
  const command = commands.get(name);
  const stream = createEmitter<OwnEvent>({
    identity: {
      tool,
      toolVersion: version,
      schemaName,
      schemaVersion,
      command: command === undefined ? tool : name,
    },
  });
  installProcessHooks({ stream });
  await stream.meta(command?.reads === true ? { input_schemas: inputSchemas } : {});
  let failure: ErrorCategory | undefined;
  const fail = async (error: unknown): Promise<void> => {
    failure ??= errorBody(error).category;
    await stream.error(error);
  };
  let fields: SummaryFields = {};
  try {
    if (command === undefined) throw new UserError("usage", "NO_SUCH_COMMAND", `one of:\n${usage}`);
    fields = await command.run({ stream, argv: rest, fail });
  } catch (error) {
    await fail(error);
    fields = { partial: true };
  }
  const { ok } = await stream.summary(fields);
  return ok ? 0 : exitCodes[failure ?? "partial"];
}

process.exit(await main(process.argv.slice(2)));
