import { spawn, type ChildProcess } from "node:child_process";
import { Duplex, type Readable } from "node:stream";

import { monotonicMs } from "@aomori/protocol";

import {
  cancelledError,
  prepareCommand,
  type PreparedCommand,
  type SpawnOptions,
} from "./child-options.ts";
import { OutputCollector } from "./child-output.ts";
import { errnoOf, ioError } from "./io-error.ts";
import { signalGroup } from "./kill-group.ts";
import { readLines, type TextLine } from "./read-lines.ts";

export interface ChildResult {
  /** `stopped`: by `stop`, `close` or the caller's signal. */
  readonly ending: "exited" | "signalled" | "timed_out" | "stopped";
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Empty when standard output is streamed. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly durationMs: number;
}

const defaultMaxOutputBytes = 1024 * 1024;
const defaultKillGraceMs = 2000;
const drainMs = 1000;
/** From the end of a child to that of its tether, whose watcher is killed before. */
const tetherLeftMs = 20;
/** A timer set for longer fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * A running program, leader of its own process group. When it ends, whatever is left in its group is killed;
 * a descendant that made a session of its own is out of reach.
 */
export class Child implements AsyncDisposable {
  readonly pid: number;
  /** Settles once, never rejects. */
  readonly result: Promise<ChildResult>;
  readonly #process: ChildProcess;
  readonly #killGraceMs: number;
  readonly #stdout: OutputCollector;
  readonly #stderr: OutputCollector;
  readonly #streamed: boolean;
  readonly #startedAt = monotonicMs();
  #stopping: "timed_out" | "stopped" | undefined;
  #exited = false;
  #stdoutHeldOpen = false;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, pid: number, options: SpawnOptions) {
    this.pid = pid;
    this.#process = child;
    this.#killGraceMs = options.killGraceMs ?? defaultKillGraceMs;
    this.#streamed = options.stdout === "stream";
    const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
    this.#stdout = new OutputCollector(maxBytes, options.keepOutput ?? "head");
    this.#stderr = new OutputCollector(maxBytes, options.keepOutput ?? "head");
    if (child.stderr !== null) this.#stderr.collect(child.stderr, options.onStderr);
    if (child.stdout !== null && !this.#streamed) {
      this.#stdout.collect(child.stdout, options.onStdout);
    }
    // A program that stops reading is not our failure; what it did is in its result.
    child.stdin?.on("error", ignoreClosedPipe);
    this.result = this.#follow(options);
  }

  /** The lines of standard output; only with `stdout: "stream"`, once. Leaving the loop early closes the pipe. */
  stdoutLines(options: { readonly maxLineBytes: number }): AsyncGenerator<TextLine, void> {
    const stream = this.#process.stdout;
    if (!this.#streamed || stream === null) {
      throw new TypeError('stdoutLines needs a child started with stdout: "stream"');
    }
    return readLines(stream, options);
  }

  /** The bytes of standard output; only with `stdout: "stream"`, once. Leaving the loop early closes the pipe. */
  async *stdoutChunks(): AsyncGenerator<Buffer, void> {
    const stream = this.#process.stdout;
    if (!this.#streamed || stream === null) {
      throw new TypeError('stdoutChunks needs a child started with stdout: "stream"');
    }
    yield* chunksOf(stream);
  }

  /** True once streamed standard output was closed here because a descendant that outlived the child kept it open. */
  get stdoutHeldOpen(): boolean {
    return this.#stdoutHeldOpen;
  }

  /** Waits until the text is handed to the child; false when the child has closed its standard input. */
  async writeStdin(text: string | Uint8Array): Promise<boolean> {
    const stdin = this.#process.stdin;
    if (stdin === null) throw new TypeError('writeStdin needs a child started with stdin: "open"');
    if (!stdin.writable) return false;
    return new Promise((resolve, reject) => {
      stdin.write(text, (error) => {
        if (error === null || error === undefined) resolve(true);
        else if (isClosedPipe(error)) resolve(false);
        else reject(error);
      });
    });
  }

  endStdin(): void {
    this.#process.stdin?.end();
  }

  /** TERM to the group, KILL after the grace; resolves when the child is gone. */
  async stop(options: { readonly killGraceMs?: number } = {}): Promise<ChildResult> {
    this.#stop("stopped", options.killGraceMs ?? this.#killGraceMs);
    return this.result;
  }

  async close(): Promise<void> {
    await this.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #follow(options: SpawnOptions): Promise<ChildResult> {
    const deadline = setTimeout(
      () => this.#stop("timed_out", this.#killGraceMs),
      Math.min(options.deadlineMs, longestTimerMs),
    );
    const onAbort = (): void => this.#stop("stopped", this.#killGraceMs);
    options.signal?.addEventListener("abort", onAbort, { once: true });
    const { exitCode, signal } = await exitOf(this.#process);
    this.#exited = true;
    clearTimeout(deadline);
    clearTimeout(this.#killTimer);
    options.signal?.removeEventListener("abort", onAbort);
    signalGroup(this.pid, "SIGKILL");
    // Later: a host that ends with its child is spared it.
    setTimeout(() => tetherOf(this.#process)?.destroy(), tetherLeftMs);
    this.#process.stdin?.destroy();
    await this.#drain();
    return {
      ending: this.#stopping ?? (signal === undefined ? "exited" : "signalled"),
      exitCode,
      signal,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      stdoutTruncated: this.#stdout.truncated,
      stderrTruncated: this.#stderr.truncated,
      durationMs: monotonicMs() - this.#startedAt,
    };
  }

  #stop(reason: "timed_out" | "stopped", killGraceMs: number): void {
    if (this.#exited) return;
    this.#stopping ??= reason;
    clearTimeout(this.#killTimer);
    signalGroup(this.pid, "SIGTERM");
    this.#killTimer = setTimeout(() => signalGroup(this.pid, "SIGKILL"), killGraceMs);
  }

  /** A descendant that escaped the group may hold our pipes open for ever: they are closed once nothing comes any more. */
  async #drain(): Promise<void> {
    const { stdout, stderr } = this.#process;
    const collected = [endOf(stderr)];
    if (this.#streamed) void endOf(stdout, () => (this.#stdoutHeldOpen = true));
    else collected.push(endOf(stdout));
    await Promise.all(collected);
  }
}

/**
 * Starts a program with an allow-listed environment, in its own process group, with a deadline, tethered to this process.
 * Throws COMMAND_NOT_FOUND, WORKING_DIRECTORY_NOT_FOUND, CANCELLED (already aborted) or an io error when it cannot be started.
 */
export async function spawnChild(argv: readonly string[], options: SpawnOptions): Promise<Child> {
  const command = prepareCommand(argv, options);
  const child = start(command, options);
  if (child.pid === undefined) {
    const error = await new Promise<unknown>((resolve) => child.once("error", resolve));
    throw ioError(error, `cannot start ${argv[0]}`);
  }
  child.on("error", ignoreSignalFailure);
  const running = new Child(child, child.pid, options);
  if (typeof options.stdin === "object") child.stdin?.end(options.stdin.text);
  return running;
}

/** Runs a program to its end. A cancelled one throws CANCELLED; every other ending is in the result. */
export async function runChild(
  argv: readonly string[],
  options: SpawnOptions,
): Promise<ChildResult> {
  const child = await spawnChild(argv, options);
  const result = await child.result;
  if (result.ending === "stopped" && options.signal !== undefined) {
    throw cancelledError(argv[0] ?? "", options.signal);
  }
  return result;
}

function start(command: PreparedCommand, options: SpawnOptions): ChildProcess {
  const stdin = stdinOf(options.stdin);
  const stderr = options.stderr === "inherit" ? "inherit" : "pipe";
  return spawn(command.file, command.args, {
    cwd: options.cwd,
    env: command.env,
    detached: true,
    stdio: command.tethered ? [stdin, "pipe", stderr, "pipe"] : [stdin, "pipe", stderr],
  });
}

function stdinOf(stdin: SpawnOptions["stdin"]): "ignore" | "inherit" | "pipe" {
  if (stdin === undefined) return "ignore";
  return stdin === "inherit" ? "inherit" : "pipe";
}

/** As the stream's own iterator, which takes 2 ms to begin; a stream that is destroyed ends. */
async function* chunksOf(stream: Readable): AsyncGenerator<Buffer, void> {
  let changed = Promise.withResolvers<void>();
  const onChange = (): void => changed.resolve();
  for (const event of ["readable", "end", "error", "close"]) stream.on(event, onChange);
  try {
    for (;;) {
      if (stream.errored !== null) throw stream.errored;
      const chunk: unknown = stream.read();
      if (Buffer.isBuffer(chunk)) yield chunk;
      else if (chunk !== null) throw new TypeError("standard output is not read as bytes");
      else if (stream.readableEnded || stream.destroyed) return;
      else {
        await changed.promise;
        changed = Promise.withResolvers();
      }
    }
  } finally {
    stream.destroy();
  }
}

function tetherOf(child: ChildProcess): Duplex | undefined {
  const stream = child.stdio[3];
  return stream instanceof Duplex ? stream : undefined;
}

async function exitOf(
  child: ChildProcess,
): Promise<{ exitCode: number | undefined; signal: NodeJS.Signals | undefined }> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) =>
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
  });
}

/** Resolves when a stream has ended, or has been closed by us because it was idle for `drainMs`. */
async function endOf(stream: Readable | null, onCut: () => void = () => {}): Promise<void> {
  if (stream === null || stream.closed) return;
  let idleSince = monotonicMs();
  const timer = setInterval(() => {
    if (stream.readableLength > 0) idleSince = monotonicMs();
    else if (monotonicMs() - idleSince > drainMs) {
      onCut();
      stream.destroy();
    }
  }, 100);
  await new Promise<void>((resolve) => stream.once("close", resolve));
  clearInterval(timer);
}

function isClosedPipe(error: unknown): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"].includes(errnoOf(error) ?? "");
}

function ignoreClosedPipe(error: Error): void {
  if (!isClosedPipe(error)) throw error;
}

/** Node reports a failed `kill` here too; we send signals ourselves and look at the answer. */
function ignoreSignalFailure(): void {}
