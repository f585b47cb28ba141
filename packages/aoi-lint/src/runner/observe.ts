import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@aomori/protocol";
import type { EnvironmentOptions } from "./environment.ts";
import { scrubbedEnvironment } from "./environment.ts";
import type { FifoMaker } from "./fifo.ts";
import { pipeCapacityBytes } from "./fifo.ts";
import type { Ending, Observation, SentSignal } from "./observation.ts";
import { PipeReader } from "./pipe-reader.ts";
import { commandLineOf, peakMemoryBytes, processTree, processesOf } from "./process-table.ts";
import { reproduceCommand } from "./reproduce.ts";
import type { LintSignal, RunSpec, SignalPlan } from "./run-spec.ts";
import type { Sandbox } from "./sandbox.ts";
import { watch } from "./sandbox.ts";
import { shellCommand } from "./shell-text.ts";
import { feed, openStdinPipe } from "./stdin-feeder.ts";
import type { ScanLimits } from "./stream-scanner.ts";
import { StreamScanner, defaultScanLimits } from "./stream-scanner.ts";
import { untilQuiet } from "./until-quiet.ts";
import type { Watchdog } from "./watchdog.ts";

export interface Place {
  readonly sandbox: Sandbox;
  readonly fifos: FifoMaker;
  readonly watchdog?: Watchdog;
  readonly environment: EnvironmentOptions;
  readonly limits?: ScanLimits;
}

const maxStderrBytes = 64 * 1024;
const defaultKeepBytes = 64 * 1024;
const killGraceMs = 700;
const feelMs = 80;
const longestDyingMs = 1000;
/** How long the streams of an ended tool may stay open because a descendant holds them. */
const drainMs = 1000;

/**
 * Runs a tool once and tells everything that could be seen. Throws COMMAND_NOT_STARTED when there is nothing to see,
 * and the reason of `signal` when that is aborted; the tool and its group are gone in every case.
 */
export async function observe(
  spec: RunSpec,
  place: Place,
  signal?: AbortSignal,
): Promise<Observation> {
  signal?.throwIfAborted();
  const stopWatch =
    spec.watchFiles === true ? await watch(place.sandbox) : async () => Promise.resolve(undefined);
  const run = new ToolRun(spec, place);
  const onAbort = (): void => run.abandon();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const seen = await run.run();
    signal?.throwIfAborted();
    return { ...seen, changes: await stopWatch() };
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

class ToolRun {
  readonly #spec: RunSpec;
  readonly #place: Place;
  readonly #scanner: StreamScanner;
  readonly #ended = new AbortController();
  readonly #sent: SentSignal[] = [];
  readonly #startedAt = performance.now();
  readonly #stderr: Buffer[] = [];
  #stderrBytes = 0;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #stdoutBytes = 0;
  #firstLineMs: number | undefined;
  #closedAtMs: number | undefined;
  #wasBlocked = false;
  #timedOut = false;
  #peakMemory: number | undefined;
  readonly #answered = Promise.withResolvers<void>();
  #idleAtDeadline = false;
  #isAbandoned = false;
  #pid: number | undefined;
  #reader: PipeReader | undefined;

  constructor(spec: RunSpec, place: Place) {
    this.#spec = spec;
    this.#place = place;
    this.#scanner = new StreamScanner(place.limits ?? defaultScanLimits, (line) => {
      this.#onLine(line);
    });
  }

  async run(): Promise<Omit<Observation, "changes">> {
    const { child, exit } = await this.#start();
    const deadline = this.#startDeadline();
    const sampler = this.#startSampler();
    try {
      await this.#takeOutput();
      const ending = await exit;
      const durationMs = this.#nowMs();
      this.#ended.abort();
      if (!this.#isAbandoned) await this.#drain();
      return this.#tell(ending, durationMs, await this.#survivors());
    } finally {
      clearTimeout(deadline);
      clearInterval(sampler);
      this.kill();
      if (this.#pid !== undefined) this.#place.watchdog?.ended(this.#pid);
      this.#reader?.close();
      child.removeAllListeners();
    }
  }

  kill(): void {
    this.#signalGroup("SIGKILL");
  }

  /** Nobody wants to know any more: the tool ends, and nothing of it is waited for. */
  abandon(): void {
    this.#isAbandoned = true;
    this.kill();
    this.#reader?.close();
  }

  #nowMs(): number {
    return performance.now() - this.#startedAt;
  }

  async #start(): Promise<{ child: ChildProcess; exit: Promise<Ending> }> {
    const { stdout = { kind: "pipe" }, stdin = { kind: "null" } } = this.#spec;
    const room = stdout.kind === "narrow" ? stdout.roomBytes : pipeCapacityBytes;
    const out = await this.#place.fifos.open(Math.max(0, pipeCapacityBytes - room));
    const err = await this.#place.fifos.open();
    const input = ["null", "closed"].includes(stdin.kind)
      ? undefined
      : await openStdinPipe(await this.#place.fifos.path());
    this.#reader = new PipeReader({
      fd: out.readFd,
      skipBytes: out.filledBytes,
      onChunk: (chunk) => this.#takeChunk(chunk),
    });
    const file = stdout.kind === "file" ? openSync(this.#outputFile(), "w") : undefined;
    if (stdout.kind === "closed" && stdout.afterLines === 0) this.#closeReader();
    const [program = "", ...args] = this.#argv();
    const stdio: StdioOptions = [input?.readFd ?? "ignore", file ?? out.writeFd, err.writeFd];
    // Inside a terminal, standard error goes its own way.
    if (stdout.kind === "terminal") stdio.push(err.writeFd);
    const child = spawn(program, args, {
      cwd: this.#place.sandbox.cwd,
      env: withOverrides(
        scrubbedEnvironment(this.#place.environment, this.#place.sandbox),
        this.#spec.env,
      ),
      detached: true,
      stdio,
    });
    const exit = endingOf(child, this.#spec);
    for (const fd of [out.writeFd, err.writeFd, file, input?.readFd]) {
      if (fd !== undefined) closeSync(fd);
    }
    this.#collectStderr(err.readFd);
    this.#pid = child.pid;
    if (child.pid !== undefined) this.#place.watchdog?.started(child.pid);
    if (this.#isAbandoned) this.kill();
    if (input !== undefined)
      void feed(input.writer, stdin, this.#ended.signal, this.#answered.promise);
    void exit.then(
      () => this.#ended.abort(),
      () => this.#ended.abort(),
    );
    return { child, exit };
  }

  /** What is really started: the tool, or what puts it where the run wants it. */
  #argv(): readonly string[] {
    const { argv, stdin, stdout, withoutNetwork } = this.#spec;
    if (stdout?.kind === "terminal") {
      const inside = `stty -opost -echo 2>/dev/null; exec ${shellCommand(argv)} 2>&3 3>&-`;
      return ["script", "-qefc", inside, "/dev/null"];
    }
    if (stdin?.kind === "closed") return ["/bin/sh", "-c", 'exec "$@" <&-', "sh", ...argv];
    if (withoutNetwork === true) return ["unshare", "-rn", "--", ...argv];
    return argv;
  }

  #outputFile(): string {
    return `${this.#place.sandbox.root}.stdout`;
  }

  async #takeOutput(): Promise<void> {
    const { stdout = { kind: "pipe" }, signal } = this.#spec;
    const reader = this.#reader;
    if (reader === undefined) return;
    if (stdout.kind === "narrow") {
      const settleMs = this.#spec.settleMs ?? 0;
      const ended = this.#ended.signal;
      this.#wasBlocked = await untilQuiet(this.#pid ?? 0, { settleMs, ended });
      if (signal !== undefined && !ended.aborted) await this.#sendWhileBlocked(signal.signals);
      if (stdout.onceQuiet === "close") this.#closeReader();
      else reader.start();
    } else if (stdout.kind === "slow") {
      reader.start(stdout.pauseMs);
      setTimeout(() => reader.hurry(), stdout.forMs).unref();
    } else if (!reader.isClosed) reader.start();
  }

  #takeChunk(chunk: Buffer): void {
    this.#stdoutBytes += chunk.length;
    const room = (this.#spec.keepBytes ?? defaultKeepBytes) - this.#headBytes;
    if (room > 0) {
      this.#head.push(Buffer.from(chunk.subarray(0, room)));
      this.#headBytes += Math.min(room, chunk.length);
    }
    this.#scanner.push(chunk, this.#nowMs());
    if (this.#scanner.resultCount > 0) this.#answered.resolve();
  }

  #onLine(line: number): void {
    const { stdout, signal } = this.#spec;
    this.#firstLineMs ??= this.#nowMs();
    if (stdout?.kind === "closed" && line === stdout.afterLines) this.#closeReader();
    if (line === signal?.afterLines) void this.#sendSignals(signal.signals);
  }

  /** The tool must feel the first signal before its write is let through: a reader that is quicker would hide it. */
  async #sendWhileBlocked([first, ...others]: readonly LintSignal[]): Promise<void> {
    if (first === undefined) return;
    await this.#sendSignals([first]);
    const gone = once(this.#ended.signal, "abort");
    await Promise.race([gone, sleep(first === "SIGKILL" ? longestDyingMs : feelMs)]);
    if (others.length > 0) void this.#sendSignals(others);
  }

  async #sendSignals(signals: readonly LintSignal[]): Promise<void> {
    for (const [index, name] of signals.entries()) {
      if (index > 0) await sleep(40);
      if (this.#ended.signal.aborted) return;
      if (!this.#signalGroup(name, this.#spec.signal?.to)) return;
      this.#sent.push({ signal: name, atMs: this.#nowMs(), bytesBefore: this.#stdoutBytes });
    }
  }

  #closeReader(): void {
    this.#closedAtMs ??= this.#nowMs();
    this.#reader?.close();
  }

  #collectStderr(fd: number): void {
    const reader = new PipeReader({
      fd,
      skipBytes: 0,
      onChunk: (chunk) => {
        if (this.#stderrBytes < maxStderrBytes) this.#stderr.push(Buffer.from(chunk));
        this.#stderrBytes += chunk.length;
      },
    });
    reader.start();
    const stop = (): void => void sleep(drainMs).then(() => reader.close());
    this.#ended.signal.addEventListener("abort", stop, { once: true });
    this.#stderrEnded = reader.ended;
  }

  #stderrEnded: Promise<void> = Promise.resolve();

  /** Takes what an ended tool has left in its pipes. */
  async #drain(): Promise<void> {
    const reader = this.#reader;
    reader?.hurry();
    const rest = [this.#stderrEnded, reader?.ended ?? Promise.resolve()];
    await Promise.race([Promise.all(rest), sleep(drainMs)]);
    if (this.#spec.stdout?.kind !== "file") return;
    for await (const chunk of createReadStream(this.#outputFile())) {
      if (chunk instanceof Buffer) this.#takeChunk(chunk);
    }
  }

  #startDeadline(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timedOut = true;
      this.#idleAtDeadline = processTree(this.#pid ?? 0).every((row) => row.state === "S");
      this.#signalGroup("SIGTERM");
      setTimeout(() => this.kill(), killGraceMs).unref();
    }, this.#spec.deadlineMs);
  }

  #startSampler(): NodeJS.Timeout | undefined {
    const { stdout, stdin } = this.#spec;
    if (stdout?.kind !== "slow" && stdin?.kind !== "generated") return undefined;
    return setInterval(() => {
      for (const { pid } of processesOf(this.#pid ?? 0)) {
        const bytes = peakMemoryBytes(pid);
        if (bytes !== undefined) this.#peakMemory = Math.max(this.#peakMemory ?? 0, bytes);
      }
    }, 100);
  }

  /** What lives on in the tool's session a moment after its end. */
  async #survivors(): Promise<string[]> {
    const pid = this.#pid ?? 0;
    if (this.#isAbandoned) return [];
    for (let wait = 0; wait < 10; wait += 1) {
      const rows = processesOf(pid);
      if (rows.length === 0) return [];
      if (wait === 9) return rows.map((row) => commandLineOf(row.pid) || row.name);
      await sleep(50);
    }
    return [];
  }

  /** False when nobody is left to hear it. */
  #signalGroup(name: LintSignal, to: SignalPlan["to"] = "group"): boolean {
    if (this.#pid === undefined) return false;
    try {
      process.kill(to === "group" ? -this.#pid : this.#pid, name);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
      throw error;
    }
  }

  #tell(
    ending: Ending,
    durationMs: number,
    survivors: readonly string[],
  ): Omit<Observation, "changes"> {
    return {
      spec: this.#spec,
      reproduce: reproduceCommand(this.#spec),
      stream: this.#scanner.finish(durationMs),
      head: Buffer.concat(this.#head).toString("utf8"),
      stderr: Buffer.concat(this.#stderr).subarray(0, maxStderrBytes).toString("utf8"),
      stderrBytes: this.#stderrBytes,
      ending,
      timedOut: this.#timedOut,
      idleAtDeadline: this.#idleAtDeadline,
      durationMs,
      firstLineMs: this.#firstLineMs,
      sent: this.#sent,
      wasBlocked: this.#wasBlocked,
      closedAtMs: this.#closedAtMs,
      survivors,
      peakMemoryBytes: this.#peakMemory,
    };
  }
}

function withOverrides(
  environment: Record<string, string>,
  overrides: RunSpec["env"] = {},
): Record<string, string> {
  const whole = { ...environment };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) delete whole[name];
    else whole[name] = value;
  }
  return whole;
}

async function endingOf(child: ChildProcess, { argv }: RunSpec): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      reject(
        new UserError(
          "usage",
          "COMMAND_NOT_STARTED",
          `cannot start ${argv[0] ?? "an empty command"}: ${cause.message}; is it installed and executable?`,
          { cause },
        ),
      );
    });
    child.once("exit", (code, signal) => {
      resolve(
        signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal },
      );
    });
  });
}
