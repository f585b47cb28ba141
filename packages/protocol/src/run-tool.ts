import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CodedError } from "./errors.ts";
import { RetryableError, TerminalError, UserError, isCodedError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import type { ReadOptions } from "./reader.ts";
import { readEvents } from "./reader.ts";
import { TailBuffer } from "./tail-buffer.ts";
import type { EnvironmentVariables, ToolEnd } from "./tool-process.ts";
import { ToolProcess, toolEnvironment } from "./tool-process.ts";
import type { ToolEnding, ToolResult } from "./tool-verdict.ts";
import { explainTool, judgeTool } from "./tool-verdict.ts";

export type { ToolResult } from "./tool-verdict.ts";
export type { EnvironmentVariables } from "./tool-process.ts";

export interface ToolLimits {
  /** Of standard output; more is `TOOL_OUTPUT_LIMIT`. No limit when absent. */
  readonly maxBytes?: number;
  /** Events, meta and summary included; more is `TOOL_OUTPUT_LIMIT`. No limit when absent. */
  readonly maxEvents?: number;
  /** 8 MiB when absent. */
  readonly maxLineBytes?: number;
  /** The end of standard error that is kept; 64 KiB when absent. */
  readonly maxStderrBytes?: number;
}

export interface RunToolOptions extends Pick<ReadOptions, "signal" | "onMalformed"> {
  /** From the start to TERM; KILL follows after the grace. No deadline when absent. */
  readonly deadlineMs?: number;
  /** From TERM to KILL of the whole group; 2000 when absent. */
  readonly killGraceMs?: number;
  readonly limits?: ToolLimits;
  readonly cwd?: string;
  /** On top of PATH HOME USER SHELL LANG LC_* TERM TZ TMPDIR of this process; undefined unsets. */
  readonly env?: EnvironmentVariables;
  /** An empty one when absent; `"inherit"` gives it ours. */
  readonly stdin?:
    | "inherit"
    | { readonly text: string | Uint8Array }
    | AsyncIterable<Uint8Array | string>;
  readonly onStderr?: (chunk: Uint8Array) => void;
  /** Whether a summary with `ok: false` is thrown as `TOOL_FAILED`; true when absent. */
  readonly requireOk?: boolean;
  /**
   * Whether an exit status that contradicts the summary is thrown as `EXIT_DISAGREES`; true when absent.
   * AOI-CLI 0.2 leaves it open: that `ok: true` goes with 0 and `ok: false` with anything else is Aomori's reading.
   */
  readonly exitFollowsSummary?: boolean;
}

/** One run of a tool: its events, once, as they come. The first read starts it; leaving the loop early stops it. */
export interface ToolRun extends AsyncIterable<StreamEvent>, AsyncDisposable {
  /** Reads what is left, then says how the tool ended; throws what reading throws. */
  result(): Promise<ToolResult>;
  /** TERM, then KILL; resolves when the group is gone. */
  close(): Promise<void>;
}

/**
 * Runs a tool that speaks AOI-CLI in a process group of its own, which never outlives this process.
 *
 * Success is a stream with a summary, from a tool that ended by itself. Everything else is thrown after the
 * events before it: `COMMAND_NOT_FOUND`, `TOOL_TIMED_OUT` (timeout), `CANCELLED`, `TOOL_KILLED` (internal),
 * `TOOL_OUTPUT_LIMIT`, `TOOL_FAILED` (of the category of its first error), `EXIT_DISAGREES`, and the errors of
 * `readEvents`, each with `details.exit_code`, `details.signal` and the end of `details.stderr`.
 */
export function runTool(argv: readonly string[], options: RunToolOptions = {}): ToolRun {
  return new Run(argv, options);
}

const defaultKillGraceMs = 2000;
const defaultStderrBytes = 64 * 1024;
const longestTimerMs = 2 ** 31 - 1;

class Run implements ToolRun {
  readonly #name: string;
  readonly #argv: readonly string[];
  readonly #options: RunToolOptions;
  readonly #events: AsyncGenerator<StreamEvent, void, undefined>;
  readonly #stderr: TailBuffer;
  #tool: ToolProcess | undefined;
  /** Why we stopped it; the first reason counts. */
  #stopped: CodedError | undefined;
  #outcome: { readonly result: ToolResult } | { readonly error: unknown } | undefined;

  constructor(argv: readonly string[], options: RunToolOptions) {
    this.#name = argv[0] ?? "";
    this.#argv = argv;
    this.#options = options;
    this.#stderr = new TailBuffer(options.limits?.maxStderrBytes ?? defaultStderrBytes);
    this.#events = this.#run();
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, void, undefined> {
    return this.#events;
  }

  async result(): Promise<ToolResult> {
    let next = await this.#events.next();
    while (next.done !== true) next = await this.#events.next();
    if (this.#outcome === undefined) throw this.#stopped ?? cancelled(this.#name, "was never run");
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.result;
  }

  async close(): Promise<void> {
    this.#stop(cancelled(this.#name, "was closed"));
    await this.#tool?.end;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#run(): AsyncGenerator<StreamEvent, void, undefined> {
    try {
      yield* this.#follow(await this.#start());
    } catch (error) {
      this.#outcome = { error };
      throw error;
    }
  }

  async *#follow(tool: ToolProcess): AsyncGenerator<StreamEvent, void, undefined> {
    const letGo = this.#watch(tool);
    const { maxEvents = Number.POSITIVE_INFINITY } = this.#options.limits ?? {};
    let summary: StreamEvent | undefined;
    let problem: unknown;
    let count = 0;
    try {
      try {
        for await (const event of readEvents(this.#chunks(tool), this.#readOptions())) {
          if (event.type === "aoi:summary") summary = event;
          count += 1;
          if (count > maxEvents) throw this.#over(`${maxEvents} events`);
          yield event;
        }
      } catch (error) {
        problem = error;
      }
      const upstream = upstreamFailure(problem);
      if (problem !== undefined && upstream === undefined)
        tool.stop(this.#options.killGraceMs ?? defaultKillGraceMs);
      const ending = this.#ending(await tool.end);
      const broken = this.#stopped ?? (upstream === undefined ? problem : undefined);
      if (broken !== undefined) throw explainTool(ending, broken);
      this.#outcome = { result: judgeTool(ending, summary, upstream, this.#options) };
    } finally {
      this.#stop(cancelled(this.#name, "was left before its end"));
      await tool.end;
      letGo();
    }
  }

  async #start(): Promise<ToolProcess> {
    const { cwd = process.cwd(), env, signal, stdin = "ignore" } = this.#options;
    if (signal?.aborted === true) throw cancelled(this.#name, "was cancelled", signal.reason);
    this.#tool = await ToolProcess.start(this.#argv, {
      cwd,
      env: toolEnvironment(process.env, env),
      stdin: stdin === "ignore" || stdin === "inherit" ? stdin : "pipe",
    });
    if (this.#stopped !== undefined)
      this.#tool.stop(this.#options.killGraceMs ?? defaultKillGraceMs);
    return this.#tool;
  }

  /** Deadline, abort, standard input and standard error; answers with the way to let go of them. */
  #watch(tool: ToolProcess): () => void {
    const { signal, deadlineMs, onStderr } = this.#options;
    const onAbort = (): void => this.#stop(cancelled(this.#name, "was cancelled", signal?.reason));
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    const deadline =
      deadlineMs === undefined
        ? undefined
        : setTimeout(
            () => this.#stop(timedOut(this.#name, deadlineMs)),
            Math.min(deadlineMs, longestTimerMs),
          );
    tool.stderr.on("data", (chunk: Uint8Array) => {
      this.#stderr.add(chunk);
      onStderr?.(chunk);
    });
    this.#feed(tool);
    return () => {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(deadline);
    };
  }

  #feed(tool: ToolProcess): void {
    const { stdin } = this.#options;
    if (tool.stdin === undefined || stdin === undefined || stdin === "inherit") return;
    const source = Readable.from("text" in stdin ? [stdin.text] : stdin);
    pipeline(source, tool.stdin).catch((error: unknown) => {
      // That the tool has closed its standard input, or has ended, is told by how it ends.
      if (!isClosedPipe(error)) this.#stop(inputFailed(this.#name, error));
    });
  }

  async *#chunks(tool: ToolProcess): AsyncGenerator<Uint8Array, void, undefined> {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#options.limits ?? {};
    let sizeBytes = 0;
    for await (const chunk of tool.output()) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw this.#over(`${maxBytes} bytes`);
      yield chunk;
    }
  }

  #over(limit: string): CodedError {
    const message = `${this.#name} wrote more than ${limit}; ask it for less or raise the limit`;
    const error = new TerminalError("validation", "TOOL_OUTPUT_LIMIT", message);
    this.#stop(error);
    return error;
  }

  #readOptions(): ReadOptions {
    const { onMalformed, limits } = this.#options;
    return {
      requireOk: true,
      ...(onMalformed === undefined ? {} : { onMalformed }),
      ...(limits?.maxLineBytes === undefined ? {} : { maxLineBytes: limits.maxLineBytes }),
    };
  }

  #ending({ exitCode, signal }: ToolEnd): ToolEnding {
    const { truncated } = this.#stderr;
    const stderr = this.#stderr.text();
    return { name: this.#name, exitCode, signal, stderr, stderrTruncated: truncated };
  }

  #stop(reason: CodedError): void {
    this.#stopped ??= reason;
    this.#tool?.stop(this.#options.killGraceMs ?? defaultKillGraceMs);
  }
}

function cancelled(name: string, how: string, cause?: unknown): CodedError {
  return new UserError("cancelled", "CANCELLED", `${name} ${how}`, { cause });
}

function timedOut(name: string, deadlineMs: number): CodedError {
  const message = `${name} was not done after ${deadlineMs} ms and was stopped; give it longer`;
  return new RetryableError("timeout", "TOOL_TIMED_OUT", message);
}

function inputFailed(name: string, cause: unknown): CodedError {
  const message = `what ${name} was to read on standard input could not be read: ${String(cause)}`;
  return isCodedError(cause)
    ? cause
    : new TerminalError("io", "TOOL_INPUT_FAILED", message, { cause });
}

function upstreamFailure(error: unknown): CodedError | undefined {
  return isCodedError(error) && error.code === "UPSTREAM_FAILED" ? error : undefined;
}

function isClosedPipe(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (
    code === "EPIPE" ||
    code === "ECONNRESET" ||
    code === "ERR_STREAM_PREMATURE_CLOSE" ||
    code === "ERR_STREAM_DESTROYED"
  );
}
