import type { Child } from "@aomori/system";
import { spawnChild } from "@aomori/system";
import type { EnvironmentRecord } from "@aomori/system";
import { isCodedError, monotonicMs } from "@aomori/protocol";

/** How the host starts itself again; `flags` stand before the command's words. */
export interface HostProgram {
  readonly file: string;
  readonly flags: readonly string[];
}

export interface AskedCommand {
  readonly id: string;
  readonly words: readonly string[];
}

/** Who gets what a command says. */
export interface CommandListener {
  /** A chunk of its standard output; it is not read on before this resolves. */
  output(command: AskedCommand, chunk: Buffer): Promise<void>;
  ended(command: AskedCommand, exitCode: number): Promise<void>;
}

export interface CommandRunnerOptions {
  readonly host: HostProgram;
  /** The host's own, whole: it is the host that runs, not the plugin. */
  readonly env: EnvironmentRecord;
  readonly cwd: string;
  readonly concurrent: number;
  readonly queued: number;
  readonly killGraceMs: number;
  /** Of `monotonicMs()`. */
  readonly deadlineAtMs: number;
  readonly listener: CommandListener;
}

/** Runs the host's commands that a plugin asks for: so many at once, the others in the order they were asked for. */
export class CommandRunner implements AsyncDisposable {
  readonly #options: CommandRunnerOptions;
  readonly #waiting: AskedCommand[] = [];
  readonly #running = new Map<string, AbortController>();
  #changed = Promise.withResolvers<void>();
  #isClosed = false;
  #failure: unknown;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#running.has(id) || this.#waiting.some((command) => command.id === id);
  }

  add(command: AskedCommand): void {
    this.#waiting.push(command);
    this.#startNext();
  }

  cancel(id: string): void {
    this.#running.get(id)?.abort();
    const index = this.#waiting.findIndex((command) => command.id === id);
    const [command] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (command !== undefined) this.#start(command, AbortSignal.abort());
  }

  /** Resolves when another one may be added; throws what a listener threw. */
  async room(): Promise<void> {
    await this.#until(() => this.#waiting.length < this.#options.queued);
  }

  /** Resolves when none is left. */
  async idle(): Promise<void> {
    await this.#until(() => this.#waiting.length + this.#running.size === 0);
  }

  /** Stops what runs and forgets what waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    for (const controller of this.#running.values()) controller.abort();
    while (this.#running.size > 0) await this.#changed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!this.#isClosed && !isSo()) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #startNext(): void {
    while (!this.#isClosed && this.#running.size < this.#options.concurrent) {
      const command = this.#waiting.shift();
      if (command === undefined) return;
      this.#start(command);
    }
  }

  #start(command: AskedCommand, signal?: AbortSignal): void {
    const controller = new AbortController();
    this.#running.set(command.id, controller);
    this.#run(command, signal ?? controller.signal)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#running.delete(command.id);
        this.#startNext();
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      });
  }

  async #run(command: AskedCommand, signal: AbortSignal): Promise<void> {
    const { listener } = this.#options;
    const child = await this.#spawn(command, signal);
    if (child === undefined) {
      await listener.ended(command, cancelledExitCode);
      return;
    }
    for await (const chunk of child.stdoutChunks()) await listener.output(command, chunk);
    const { exitCode, signal: killedBy } = await child.result;
    await listener.ended(command, exitCode ?? statusOfSignal(killedBy));
  }

  async #spawn(command: AskedCommand, signal: AbortSignal): Promise<Child | undefined> {
    const { host, env, cwd, killGraceMs, deadlineAtMs } = this.#options;
    try {
      return await spawnChild([host.file, ...host.flags, ...command.words], {
        cwd,
        env,
        deadlineMs: Math.max(1, deadlineAtMs - monotonicMs()),
        killGraceMs,
        signal,
        stdout: "stream",
        stderr: "inherit",
      });
    } catch (error) {
      if (isCodedError(error) && error.code === "CANCELLED") return undefined;
      throw error;
    }
  }
}

const cancelledExitCode = 130;

/** 128 plus its number, as a shell says it. */
export function statusOfSignal(signal: NodeJS.Signals | undefined): number {
  // Few runs end by a signal, and none is to pay for the module.
  return signal === undefined
    ? 1
    : 128 + process.getBuiltinModule("node:os").constants.signals[signal];
}
