import type { CommandHandler, CommandRequest } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import { confirmEffects } from "./confirm.ts";
import type { CommandContext } from "./context.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";
import type { ParsedArguments } from "./parse-arguments.ts";
import { formatIn, parseArguments } from "./parse-arguments.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Ending } from "./presenter.ts";
import { Outcome } from "./presenter.ts";
import { presentAnswer } from "./present-answer.ts";
import type { RunEnd, RunTools } from "./run-presented.ts";
import { defaultFormat, runPresented } from "./run-presented.ts";
import { untilAborted } from "./until-aborted.ts";
import type { UpstreamInput } from "./upstream-input.ts";

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
/** A command that waits for its answer notices within this that its reader is gone. */
const waitingBeatMs = 1000;

/** Runs one command from its arguments to its last written byte; resolves with the exit status, never rejects. */
export function runCommand(run: CommandRun): Promise<number> {
  const { spec, handler, argv, context } = run;
  const parsed = attempt(() => parseArguments(spec, argv));
  const flags = "flags" in parsed ? parsed.flags : failedFlags;
  const isProse = flags.help || flags.version;
  if ("flags" in parsed && !isProse) {
    const taken = handler.takeOver?.({ input: parsed.input, flags, context });
    if (taken !== undefined) return taken;
  }
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
  readonly onStop?: () => void;
  /** Asked after each result of a stream: true ends it there, as truncated. */
  readonly isEnough?: () => boolean;
}

export type Parsed = ParsedArguments | { readonly failure: unknown };

/** As `runCommand`, behind the parsing. */
export function runParsed(run: ParsedRun): Promise<number> {
  const { spec, handler, parsed, format, context, signal, onStop } = run;
  const flags = "flags" in parsed ? parsed.flags : failedFlags;
  const { view, graceMs = defaultGraceMs } = handler;
  const shown = { spec, format, flags, context, view, graceMs, signal, onStop };
  return runPresented(shown, async (tools) => {
    if ("failure" in parsed) throw parsed.failure;
    if (flags.help || flags.version) return await showText(tools, await proseText(run, flags));
    await confirmEffects(spec, flags, format, context, tools.signal);
    const outcome = new Outcome();
    const upstream = await openUpstream(run, parsed, tools, outcome);
    const request: CommandRequest = {
      input: parsed.input,
      flags,
      context,
      signal: tools.signal,
      prose: tools.prose,
      tell:
        format === "jsonl" ? (notice) => void tools.presenter.event({ ...notice }) : proseOf(tools),
      inputEvents: upstream?.events() ?? nothing(),
    };
    const { presenter } = tools;
    // A promise that nothing will settle must still let the process end.
    const heartbeat = startHeartbeat(presenter, context.heartbeatMs ?? waitingBeatMs).unref();
    const answer = await untilAborted(
      (async () => handler.run(request))(),
      tools.signal,
      graceMs,
    ).finally(() => clearInterval(heartbeat));
    const ending = (): Ending => upstream?.ending() ?? {};
    const { isEnough } = run;
    return await presentAnswer(answer, {
      spec,
      request,
      presenter,
      outcome,
      graceMs,
      ending,
      isEnough,
    });
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

/** The stream a transformer or sink reads; loaded only for those. */
async function openUpstream(
  { spec, context }: ParsedRun,
  { flags }: ParsedArguments,
  { presenter, signal }: RunTools,
  outcome: Outcome,
): Promise<UpstreamInput | undefined> {
  if (spec.inputSchemas === undefined) return undefined;
  const { UpstreamInput } = await import("./upstream-input.ts");
  return await UpstreamInput.open(spec, flags, { context, presenter, outcome, signal });
}

async function* nothing(): AsyncGenerator<never, void> {}

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

function proseOf({ prose }: RunTools): CommandRequest["tell"] {
  return ({ type, message }) => {
    if (type === "aoi:warning") prose.warning(message);
    else prose.progress(message);
  };
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
