import type { EndSignal, ErrorCategory, Redactor } from "@aomori/protocol";
import {
  RetryableError,
  UserError,
  exitCodes,
  installProcessHooks,
  isCodedError,
  signalExitCodes,
} from "@aomori/protocol";
import type { View } from "./command-handler.ts";
import type { CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";
import type { Presenter } from "./presenter.ts";
import type { Prose } from "./prose.ts";
import { createProse } from "./prose.ts";

export interface PresentedRun {
  readonly spec: Pick<
    CommandSpec,
    "name" | "eventType" | "columns" | "result" | "reveals" | "inputSchemas"
  >;
  readonly format: Format;
  readonly flags: Pick<GlobalFlags, "quiet" | "verbose" | "color" | "timeoutMs">;
  readonly context: CommandContext;
  readonly view?: View | undefined;
  readonly graceMs: number;
  /** Aborted from outside, by whoever asked for the run: its reason is the error the run ends with. */
  readonly signal?: AbortSignal | undefined;
  /** Called once the run is told to stop, by whatever: what it still has to say must not wait. */
  readonly onStop?: (() => void) | undefined;
}

export interface RunTools {
  readonly presenter: Presenter;
  readonly prose: Prose;
  readonly signal: AbortSignal;
}

/** What the body has to say about how it ended; a thrown error says the rest. */
export interface RunEnd {
  readonly category: ErrorCategory | undefined;
}

/** After an abort the handler has its grace, then the hooks have this long to end the stream by force. */
const forcedEndMs = 1000;

/**
 * Runs `body` between the beginning and the honest end of one output, whatever it throws and whatever
 * signal arrives; resolves with the exit status when everything is written.
 */
export async function runPresented(
  run: PresentedRun,
  body: (tools: RunTools) => Promise<RunEnd>,
): Promise<number> {
  const { context, format } = run;
  const prose = createProse(context, run.flags);
  const presenter = await createPresenter(run, prose);
  const stop = new AbortController();
  stop.signal.addEventListener("abort", () => run.onStop?.());
  const unlink = link(run.signal, stop);
  let interruptedBy: EndSignal | undefined;
  if (context.ownsProcess) {
    // Never taken away again: between here and the entry's process.exit a signal must not kill the drain.
    installProcessHooks({
      stream: presenter,
      outputs: [context.stderr.output],
      graceMs: run.graceMs + forcedEndMs,
      onSignal: (signal) => {
        // Ctrl-C in a pager is the pager's; what it shows is complete.
        if (presenter.isPaging && signal === "SIGINT") return "ignored";
        // A run that is ending already says why, and its status goes with that.
        if (!stop.signal.aborted) interruptedBy = signal;
        stop.abort(new UserError("cancelled", "INTERRUPTED", `stopped by ${signal}`));
        return "stopping";
      },
      onCrash: (error) => prose.error(error),
    });
  }
  const deadline = startDeadline(run.flags.timeoutMs, stop);
  try {
    await presenter.begin();
    const end = await body({ presenter, prose, signal: stop.signal });
    return statusOf(end.category, context);
  } catch (thrown) {
    const error: unknown = stop.signal.aborted ? stop.signal.reason : thrown;
    // A signal that comes while the error is written changes neither what it says nor the status.
    const toldSignal = interruptedBy;
    if (format !== "jsonl" && !presenter.ended) prose.error(error);
    await presenter.fail(error, stop.signal.aborted);
    if (toldSignal !== undefined) return signalExitCodes[toldSignal];
    return statusOf(isCodedError(error) ? error.category : "internal", context);
  } finally {
    unlink();
    clearTimeout(deadline);
    prose.clear();
    await presenter.output.flush();
    await context.stderr.output.flush();
  }
}

/** Format when no flag names one: a table for a person, JSON for a program. */
export function defaultFormat(context: CommandContext): Format {
  return context.stdout.isTty ? "table" : "json";
}

/** Aborts `stop` with `signal`; returns the way to undo the link. */
function link(signal: AbortSignal | undefined, stop: AbortController): () => void {
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort);
  return () => signal?.removeEventListener("abort", onAbort);
}

function startDeadline(
  timeoutMs: number | undefined,
  stop: AbortController,
): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined) return undefined;
  return setTimeout(() => {
    const message = `not finished after ${timeoutMs} ms; raise --timeout`;
    stop.abort(new RetryableError("timeout", "TIMEOUT", message));
  }, timeoutMs);
}

function statusOf(category: ErrorCategory | undefined, context: CommandContext): number {
  const failure = context.stdout.output.failure;
  if (failure !== undefined) return failure.exitCode;
  return category === undefined ? 0 : exitCodes[category];
}

/** The redactor with some field names let through; registered values stay hidden. */
function revealing(redactor: Redactor, names: readonly string[]): Redactor {
  return {
    add: (secret) => redactor.add(secret),
    text: (text) => redactor.text(text),
    isSecretName: (name) =>
      !names.includes("*") && !names.includes(name) && redactor.isSecretName(name),
    get searches() {
      return redactor.searches;
    },
    ...(redactor.mayOccurIn === undefined ? {} : { mayOccurIn: redactor.mayOccurIn }),
  };
}

/** Loads the one presenter that is needed. */
async function createPresenter(run: PresentedRun, prose: Prose): Promise<Presenter> {
  const { spec, flags, format } = run;
  const redactor = revealing(run.context.redactor, spec.reveals ?? []);
  const context = { ...run.context, redactor };
  if (format === "jsonl") {
    const { JsonlPresenter } = await import("./jsonl-presenter.ts");
    return new JsonlPresenter(context, spec);
  }
  if (format === "table") {
    const [{ TablePresenter }, { paintFor }] = await Promise.all([
      import("./table-presenter.ts"),
      import("./paint.ts"),
    ]);
    const paint = paintFor(context.env, context.stdout.isTty, flags.color);
    const { columns, eventType: noun } = spec;
    return new TablePresenter(context, { paint, columns, noun, view: run.view }, prose);
  }
  const documents = await import("./document-presenter.ts");
  const encoding = format === "json" ? documents.jsonEncoding : await documents.loadYamlEncoding();
  return new documents.DocumentPresenter(context, encoding, prose, spec.result === "events");
}
