import { TerminalError } from "@aomori/protocol";
import type { CommandHandler, CommandRequest, StreamedEvent } from "./command-handler.ts";
import { isPlan } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import { confirmEffects } from "./confirm.ts";
import type { CommandContext } from "./context.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";
import type { ParsedArguments } from "./parse-arguments.ts";
import { formatIn, parseArguments } from "./parse-arguments.ts";
import type { Presenter } from "./presenter.ts";
import { Outcome } from "./presenter.ts";
import { isRecord } from "./records.ts";
import type { RunEnd, RunTools } from "./run-presented.ts";
import { defaultFormat, runPresented } from "./run-presented.ts";
import { untilAborted } from "./until-aborted.ts";

export interface CommandRun {
  readonly spec: CommandSpec;
  readonly handler: CommandHandler;
  /** What follows the command's name. */
  readonly argv: readonly string[];
  readonly context: CommandContext;
  /** Every command of the program, for the help of one that is the program itself. */
  readonly entries?: readonly CommandEntry[];
}

const defaultGraceMs = 1000;
/** Framework events a handler may stream; meta and summary are the kernel's. */
const streamable: readonly string[] = [
  "aoi:error",
  "aoi:warning",
  "aoi:check",
  "aoi:plan",
  "aoi:progress",
  "aoi:heartbeat",
  "aoi:artifact",
];

/** Runs one command from its arguments to its last written byte; resolves with the exit status, never rejects. */
export function runCommand(run: CommandRun): Promise<number> {
  const { spec, handler, argv, context } = run;
  const parsed = attempt(() => parseArguments(spec, argv));
  const flags = "flags" in parsed ? parsed.flags : failedFlags;
  const isProse = flags.help || flags.version;
  const unasked = isProse ? "table" : (handler.defaultFormat ?? defaultFormat(context));
  const format = flags.format ?? formatIn(argv, spec) ?? unasked;
  return runParsed({ ...run, parsed, format });
}

/** A run whose arguments were read by whoever asks: from a command line, or from a request's parameters. */
export interface ParsedRun extends Omit<CommandRun, "argv"> {
  readonly parsed: Parsed;
  readonly format: Format;
  /** Aborts the run; its reason is the error it ends with. */
  readonly signal?: AbortSignal;
  /** Asked after each result of a stream: true ends it there, as truncated. */
  readonly isEnough?: () => boolean;
}

export type Parsed = ParsedArguments | { readonly failure: unknown };

/** As `runCommand`, behind the parsing. */
export function runParsed(run: ParsedRun): Promise<number> {
  const { spec, handler, parsed, format, context, signal } = run;
  const flags = "flags" in parsed ? parsed.flags : failedFlags;
  const { view, graceMs = defaultGraceMs } = handler;
  return runPresented({ spec, format, flags, context, view, graceMs, signal }, async (tools) => {
    if ("failure" in parsed) throw parsed.failure;
    if (flags.help || flags.version) return await showText(tools, await proseText(run, flags));
    await confirmEffects(spec, flags, format, context, tools.signal);
    const request = {
      input: parsed.input,
      flags,
      context,
      signal: tools.signal,
      prose: tools.prose,
    };
    const answer = await untilAborted((async () => handler.run(request))(), tools.signal, graceMs);
    return await present(answer, { run, request, presenter: tools.presenter, graceMs });
  });
}

/** Ends a run that could not even begin, an unknown command for one, in the format its arguments ask for. */
export function failRun(
  error: unknown,
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const spec = { name: "unknown", eventType: "unknown", result: "resource" } as const;
  const format = formatIn(argv) ?? defaultFormat(context);
  return runPresented({ spec, format, flags: failedFlags, context, graceMs: 0 }, async () => {
    throw error;
  });
}

async function proseText(
  { spec, context, entries }: ParsedRun,
  flags: GlobalFlags,
): Promise<string> {
  const { commandHelp, versionText } = await import("./help.ts");
  return flags.version ? versionText(context.program) : commandHelp(spec, context, entries);
}

/** Shows text made for a person and ends well. */
async function showText({ presenter }: RunTools, text: string): Promise<RunEnd> {
  await presenter.text(text);
  await presenter.finish({});
  return { category: undefined };
}

const failedFlags: GlobalFlags = {
  help: false,
  version: false,
  quiet: false,
  verbose: false,
  yes: false,
  dryRun: false,
  color: true,
};

/** What parsing gives or throws: a failure is told as the run's own. */
export function attempt(parse: () => ParsedArguments): Parsed {
  try {
    return parse();
  } catch (failure) {
    return { failure };
  }
}

interface Presentation {
  readonly run: ParsedRun;
  readonly request: CommandRequest;
  readonly presenter: Presenter;
  readonly graceMs: number;
}

async function present(answer: unknown, presentation: Presentation): Promise<RunEnd> {
  const { run, request, presenter } = presentation;
  if (isPlan(answer)) {
    await presenter.plan(answer.actions);
  } else if (request.flags.dryRun) {
    throw new TerminalError(
      "internal",
      "DRY_RUN_IGNORED",
      `"${run.spec.name}" answered a dry run with a result instead of a plan; it may have done its work`,
    );
  } else if (isAsyncIterable(answer)) {
    return await presentEvents(answer, presentation);
  } else if (isPage(answer)) {
    return await presentPage(answer, request, presenter);
  } else if (answer !== undefined) {
    await presenter.resource(answer);
  }
  request.signal.throwIfAborted();
  await presenter.finish({});
  return { category: undefined };
}

async function presentPage(
  answer: readonly unknown[] | Page,
  request: CommandRequest,
  presenter: Presenter,
): Promise<RunEnd> {
  const { items, next_cursor: cursor = null }: Page =
    "items" in answer ? answer : { items: answer };
  const { limit = Number.POSITIVE_INFINITY } = request.flags;
  await presenter.page(items.slice(0, limit), request.signal);
  request.signal.throwIfAborted();
  // A page cut here has no cursor: the one that came with it points behind what was cut off.
  const wasCut = items.length > limit;
  await presenter.finish({
    truncated: wasCut || cursor !== null,
    ...(wasCut || cursor === null ? {} : { nextCursor: cursor }),
  });
  return { category: undefined };
}

async function presentEvents(
  events: AsyncIterable<unknown>,
  { run, request, presenter, graceMs }: Presentation,
): Promise<RunEnd> {
  const { flags, signal, context } = request;
  const heartbeat = startHeartbeat(presenter, context.heartbeatMs);
  const iterator = events[Symbol.asyncIterator]();
  const outcome = new Outcome();
  const { limit = Number.POSITIVE_INFINITY } = flags;
  let shown = 0;
  let truncated = false;
  let isDone = false;
  try {
    while (!truncated) {
      const next = await untilAborted(iterator.next(), signal, graceMs);
      signal.throwIfAborted();
      if (next.done === true) {
        isDone = true;
        break;
      }
      const event = streamedEvent(next.value);
      const isResult = !event.type.startsWith("aoi:");
      truncated = isResult && shown >= limit;
      if (truncated) break;
      outcome.observe(event);
      await presenter.event(event);
      if (isResult) shown += 1;
      truncated = run.isEnough?.() === true;
    }
  } finally {
    clearInterval(heartbeat);
    if (!isDone && iterator.return !== undefined) {
      await untilAborted(iterator.return(), signal, signal.aborted ? 0 : graceMs);
    }
  }
  await presenter.finish({ truncated });
  return { category: outcome.category };
}

/** Signs of life while a stream has nothing to say; the presenter decides whether to show them. */
function startHeartbeat(presenter: Presenter, intervalMs = 15_000): NodeJS.Timeout {
  let isWaiting = false;
  return setInterval(() => {
    // A reader who takes nothing gets one sign of life, not a queue of them.
    if (isWaiting) return;
    isWaiting = true;
    void presenter.event({ type: "aoi:heartbeat", at: new Date().toISOString() }).then(() => {
      isWaiting = false;
    });
  }, intervalMs);
}

interface Page {
  readonly items: readonly unknown[];
  readonly next_cursor?: string | null;
}

function isPage(answer: unknown): answer is readonly unknown[] | Page {
  if (Array.isArray(answer)) return true;
  if (!isRecord(answer) || !Array.isArray(answer["items"])) return false;
  return Object.keys(answer).every((name) => name === "items" || name === "next_cursor");
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function streamedEvent(value: unknown): StreamedEvent {
  if (isRecord(value) && typeof value["type"] === "string") {
    const { type } = value;
    if (!type.startsWith("aoi:") || streamable.includes(type)) return { ...value, type };
    throw new TerminalError("internal", "RESERVED_TYPE", `a handler cannot stream ${type} itself`);
  }
  throw new TerminalError(
    "internal",
    "MALFORMED_EVENT",
    "a handler streamed a value without a string type; every event has one",
  );
}
