import type { InputRecipe, Recipe } from "./recipe.ts";

type Event = Readonly<Record<string, unknown>>;

const defaultSchema = "dev.aomori.lint.upstream@1.0.0";

/** Streams to feed a transformer or sink: a good one, and each way an upstream can go wrong. */
export interface Upstream {
  /** Meta and samples, then a summary with ok:true. */
  readonly good: string;
  readonly withBadLine: string;
  /** 1-based line of the malformed one. */
  readonly badLine: number;
  /** Ends without a summary. */
  readonly cut: string;
  /** An error and ok:false. */
  readonly failed: string;
  /** ok:false alone. */
  readonly failedQuietly: string;
  /** Unknown types, unknown fields and blank lines among the samples. */
  readonly strange: string;
  /** Meta and the first sample; the rest. */
  readonly halves: readonly [string, string];
}

export function upstreamOf({ sample, schema = defaultSchema }: Partial<InputRecipe>): Upstream {
  const events = sample ?? [];
  const meta = metaOf(schema);
  const count = events.length;
  const summary: Event = { type: "aoi:summary", ok: true, count };
  const stranger: Event = { type: "aoi_lint_stranger", nested: { deep: [1, "two", null] } };
  const extended = events.map((event) => ({ ...event, aoi_lint_extra: { unknown: true } }));
  const error: Event = {
    type: "aoi:error",
    code: "UPSTREAM_BROKE",
    category: "internal",
    message: "the upstream tool failed",
    retryable: false,
  };
  const failedSummary = { type: "aoi:summary", ok: false, count, error_count: 1, partial: true };
  return {
    good: lines([meta, ...events, summary]),
    withBadLine: `${lines([meta])}{"type":"hit","id":\n${lines([...events, summary])}`,
    badLine: 2,
    cut: lines([meta, ...events]),
    failed: lines([meta, ...events, error, failedSummary]),
    failedQuietly: lines([meta, ...events, { type: "aoi:summary", ok: false, count }]),
    strange: `${lines([meta, stranger])}\n${lines([...extended, { type: "aoi:novelty", x: 1 }, summary])}`,
    halves: [lines([meta, ...events.slice(0, 1)]), lines([...events.slice(1), summary])],
  };
}

/** Bytes of a good stream with so many lines of 1 KiB nobody asked for in the middle. */
export function* bulkUpstream(
  input: Partial<InputRecipe>,
  kibCount: number,
): Generator<Uint8Array> {
  const [first, second] = upstreamOf(input).halves;
  yield Buffer.from(first);
  const filler = { type: "aoi_lint_filler", text: "x".repeat(980) };
  const chunk = Buffer.from(lines(Array.from({ length: 64 }, () => filler)));
  for (let sent = 0; sent < kibCount; sent += 64) yield chunk;
  yield Buffer.from(second);
}

/** The samples a command line of the recipe is fed with. */
export function inputOf(recipe: Recipe, words: readonly string[]): Partial<InputRecipe> {
  const { input, sink } = recipe;
  const same = (argv: readonly string[]): boolean =>
    argv.length === words.length && argv.every((word, index) => word === words[index]);
  if (sink !== undefined && same(sink.argv)) return sink;
  if (input !== undefined && same(input.argv)) return input;
  // The command alone tells two of a tool apart: `save --into a` and `save --into b`.
  return [sink, input].find((known) => known?.argv[0] === words[0]) ?? input ?? sink ?? {};
}

export function readsStandardInput(argv: readonly string[]): boolean {
  return argv.some((word) => word === "--input-jsonl" || word.startsWith("--input-jsonl="));
}

function metaOf(schema: string): Event {
  const [name = schema, version = "1.0.0"] = schema.split("@");
  return {
    type: "aoi:meta",
    tool: "aoi-lint-upstream",
    tool_version: "1.0.0",
    aoi_version: "0.2",
    schema_name: name,
    schema_version: version,
    command: "sample",
  };
}

function lines(events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
