import type { InputRecipe } from "../recipe.ts";
import type { RunSpec, StdinMode } from "../runner/run-spec.ts";
import { toolArgv } from "../target.ts";
import type { Upstream } from "../upstream.ts";
import { bulkUpstream, inputOf, readsStandardInput, upstreamOf } from "../upstream.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";

interface Reader {
  readonly argv: readonly string[];
  readonly input: Partial<InputRecipe>;
}

/** The command that reads a stream: the one that is linted, or the recipe's. */
function readerOf({ target }: ProbeContext): Reader | undefined {
  const { recipe, argv, tool } = target;
  if (readsStandardInput(argv)) {
    return { argv, input: inputOf(recipe, argv.slice(tool.length)) };
  }
  return recipe.input === undefined
    ? undefined
    : { argv: toolArgv(target, recipe.input.argv), input: recipe.input };
}

const noReader = 'no command that reads a stream is known; add "input" to aoi.lint.json';

function fed(label: string, text: (upstream: Upstream) => string): Probe {
  return async (context) => {
    const reader = readerOf(context);
    if (reader === undefined) return notRun(noReader);
    return ran(
      await context.run({
        label,
        argv: reader.argv,
        deadlineMs: context.target.deadlineMs,
        stdin: { kind: "text", text: text(upstreamOf(reader.input)) },
      }),
    );
  };
}

export const input: Probe = fed("fed with a good stream", (upstream) => upstream.good);
export const badInput: Probe = fed(
  "fed with a malformed line 2",
  (upstream) => upstream.withBadLine,
);
export const cutInput: Probe = fed(
  "fed with a stream without a summary",
  (upstream) => upstream.cut,
);
const failedLoudly = fed("fed with a failed stream", (upstream) => upstream.failed);
const failedQuietly = fed(
  "fed with a stream that ends with ok:false and has no error",
  (upstream) => upstream.failedQuietly,
);

export const failedInput: Probe = async (context) => {
  const outcomes = await Promise.all([failedLoudly(context), failedQuietly(context)]);
  const runs = outcomes.flatMap((outcome) => (outcome.kind === "ran" ? outcome.runs : []));
  return runs.length === 0 ? notRun(noReader) : ran(...runs);
};
export const strangeInput: Probe = fed(
  "fed with unknown events and fields",
  (upstream) => upstream.strange,
);

/** Its own output as its input. */
export const selfInput: Probe = async (context) => {
  const reader = readerOf(context);
  const first = await context.outcome("input");
  if (reader === undefined || first.kind === "not_run") return notRun(noReader);
  const text = first.runs[0]?.head ?? "";
  return ran(
    await context.run({
      label: "fed with its own output",
      argv: reader.argv,
      deadlineMs: context.target.deadlineMs,
      stdin: { kind: "text", text },
    }),
  );
};

const bulkKib = 100 * 1024;
const longLineBytes = 10 * 1024 * 1024;

/** 100 MB, a line of 10 MB, CR LF, and a byte order mark. */
export const largeInput: Probe = async (context) => {
  const reader = readerOf(context);
  if (reader === undefined) return notRun(noReader);
  const { input: sample } = reader;
  const upstream = upstreamOf(sample);
  const longLine = JSON.stringify({ type: "aoi_lint_long", text: "x".repeat(longLineBytes) });
  const modes: [label: string, stdin: StdinMode][] = [
    ["fed with 100 MB", { kind: "generated", chunks: () => bulkUpstream(sample, bulkKib) }],
    ["fed with CR LF", { kind: "text", text: upstream.good.replaceAll("\n", "\r\n") }],
    ["fed with a byte order mark", { kind: "text", text: `\uFEFF${upstream.good}` }],
    ["fed with a line of 10 MB", { kind: "text", text: withLine(upstream, longLine) }],
  ];
  const runs = modes.map(([label, stdin]) => {
    const deadlineMs = context.target.deadlineMs * 3;
    const spec: RunSpec = { label, argv: reader.argv, deadlineMs, stdin };
    return context.run(spec);
  });
  return ran(...(await Promise.all(runs)));
};

function withLine(upstream: Upstream, line: string): string {
  const [first, second] = upstream.halves;
  return `${first}${line}\n${second}`;
}

/** Half of a stream, a pause, the rest. */
export const drippingInput: Probe = async (context) => {
  const reader = readerOf(context);
  const whole = await context.outcome("input");
  if (reader === undefined || whole.kind === "not_run") return notRun(noReader);
  const [run] = whole.runs;
  if (run === undefined || run.stream.resultCount === 0) {
    return notRun('the sample leads to no results; give "input.sample" events the command knows');
  }
  const patienceMs = Math.round(run.durationMs * 4 + 3000);
  return ran(
    await context.run({
      label: "fed with half a stream, and the rest later",
      argv: reader.argv,
      about: { patienceMs: String(patienceMs) },
      deadlineMs: context.target.deadlineMs + patienceMs,
      stdin: { kind: "drip", halves: upstreamOf(reader.input).halves, patienceMs },
    }),
  );
};

export const sink: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  if (recipe.sink === undefined) {
    return notRun('no sink is known; add "sink" to aoi.lint.json');
  }
  if (!context.isolates) return notRun("the working folder is too large to copy and watch");
  return ran(
    await context.run({
      label: "a sink fed with a good stream",
      argv: toolArgv(context.target, recipe.sink.argv),
      deadlineMs,
      stdin: { kind: "text", text: upstreamOf(recipe.sink).good },
      watchFiles: true,
    }),
  );
};
