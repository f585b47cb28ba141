import type { EndReason, EndSignal, EndableStream } from "./end-reason.ts";
import { exitCodes, signalExitCodes } from "./exit-codes.ts";
import type { Output, OutputFailure } from "./output.ts";

export interface ProcessHookOptions {
  readonly stream: EndableStream;
  /** Further outputs to drain before the process ends, standard error for one. */
  readonly outputs?: readonly Output[];
  /**
   * Called on the first signal: `stopping` says that the operation stops and ends its stream itself,
   * `ignored` that the signal is for somebody else (a pager). Without it the stream ends at once.
   */
  readonly onSignal?: (signal: EndSignal) => "stopping" | "ignored";
  /** From a signal to the forced end, draining included; 2000 when absent. */
  readonly graceMs?: number;
  /**
   * Whether a process whose summary says `ok: false` ends with 1 where it would end with 0; true when absent.
   * AOI-CLI 0.2 leaves it open: that status and summary never contradict each other is Aomori's reading.
   */
  readonly exitFollowsSummary?: boolean;
  /** Called before the stream ends because of an uncaught error, to tell a person; must not write to the stream. */
  readonly onCrash?: (error: unknown) => void;
}

export interface ProcessHooks extends Disposable {
  readonly interruptedBy: EndSignal | undefined;
  /** Leaves the process as it was found. Call it after the stream has ended and is drained. */
  dispose(): void;
}

/**
 * Makes a stream unlosable: SIGINT, SIGTERM, SIGHUP, an uncaught error, an unhandled rejection, a direct
 * `process.exit()` and an event loop that runs empty all still end it honestly and drain it.
 *
 * Exit status: 128 + signal, 70 after a crash or an early exit with 0, 141 when the reader closed the pipe,
 * 74 for any other write error. Out of reach: SIGKILL, abort, out of memory and `process.reallyExit`; and a
 * tool that does not await its events is killed by a signal that comes while a reader that stopped blocks it.
 */
export function installProcessHooks(options: ProcessHookOptions): ProcessHooks {
  return new Hooks(options);
}

const signals: readonly EndSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

class Hooks implements ProcessHooks {
  readonly #options: ProcessHookOptions;
  readonly #stopListening: () => void;
  readonly #stopYielding: (() => void) | undefined;
  #interruptedBy: EndSignal | undefined;
  #drainDeadlineMs: number | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  constructor(options: ProcessHookOptions) {
    this.#options = options;
    const { output } = options.stream;
    this.#heedSignals();
    process.on("uncaughtException", this.#onCrash);
    process.on("exit", this.#onExit);
    this.#stopListening = output.onFailure(this.#onFailure);
    this.#stopYielding = output.onBlocking?.((isBlocking) => {
      // As below: what blocks cannot heed, so a signal must be able to kill.
      if (isBlocking) this.#ignoreSignals();
      else this.#heedSignals();
    });
  }

  get interruptedBy(): EndSignal | undefined {
    return this.#interruptedBy;
  }

  dispose(): void {
    this.#ignoreSignals();
    process.off("uncaughtException", this.#onCrash);
    process.off("exit", this.#onExit);
    this.#stopListening();
    this.#stopYielding?.();
    clearTimeout(this.#graceTimer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  readonly #onSignal = (signal: EndSignal): void => {
    const { onSignal, graceMs = 2000 } = this.#options;
    if (this.#interruptedBy !== undefined || onSignal === undefined) {
      this.#interruptedBy ??= signal;
      this.#drainDeadlineMs ??= performance.now() + graceMs;
      this.#end({ kind: "signal", signal: this.#interruptedBy }, signalExitCodes[signal]);
      return;
    }
    if (onSignal(signal) === "ignored") return;
    this.#interruptedBy = signal;
    this.#drainDeadlineMs = performance.now() + graceMs;
    this.#graceTimer = setTimeout(() => {
      this.#end({ kind: "signal", signal }, signalExitCodes[signal]);
    }, graceMs);
  };

  readonly #onCrash = (error: unknown): void => {
    this.#options.onCrash?.(error);
    this.#end({ kind: "crash", error }, exitCodes.internal);
  };

  /** The reader is gone or the disk is full: nobody can be told on this descriptor, so the status alone tells. */
  readonly #onFailure = (failure: OutputFailure): void => {
    process.exit(failure.exitCode); // oxlint-disable-line unicorn/no-process-exit -- the hooks' purpose
  };

  readonly #onExit = (exitCode: number): void => {
    // While draining blocks, no handler of ours can run: the default action of a signal must work again.
    this.#ignoreSignals();
    const { stream, outputs = [], exitFollowsSummary = true } = this.#options;
    if (!stream.ended && stream.output.failure === undefined) {
      stream.endNow({ kind: "exit", exitCode });
      if (exitCode === 0) process.exitCode = exitCodes.internal;
    }
    this.#stopListening();
    this.#stopYielding?.();
    stream.output.flushSync(this.#drainDeadlineMs);
    for (const output of outputs) output.flushSync(this.#drainDeadlineMs);
    if (stream.output.failure !== undefined) process.exitCode = stream.output.failure.exitCode;
    else if (exitFollowsSummary && stream.ok === false && (process.exitCode ?? 0) === 0) {
      process.exitCode = exitCodes.partial;
    }
  };

  #heedSignals(): void {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  #ignoreSignals(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }

  #end(reason: EndReason, exitCode: number): never {
    this.#options.stream.endNow(reason);
    return process.exit(exitCode); // oxlint-disable-line unicorn/no-process-exit -- the hooks' purpose
  }
}
