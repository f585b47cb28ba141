import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const Reply = z.union([
  z.object({ id: z.int(), value: z.unknown() }),
  z.object({ id: z.int(), error: z.string() }),
]);

const killAfterMs = 10_000;

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The environment of every measured process: ours without what changes Node's start (an extra CA file costs some 36 ms). */
export function measuredEnvironment(
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const {
    NODE_EXTRA_CA_CERTS: _c,
    NODE_OPTIONS: _o,
    NODE_COMPILE_CACHE: _k,
    ...rest
  } = process.env;
  return { ...rest, ...more };
}

/** A process of its own for one side of a benchmark: DBOS and the engine allow one per process, and neither side warms the other. */
export class BenchChild implements AsyncDisposable {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #gone: Promise<void>;
  #count = 0;

  /** `--liftoff-only`, as the server runs: it halves the memory PGlite takes. */
  constructor(file: URL, flags: readonly string[] = ["--liftoff-only"]) {
    this.#process = fork(fileURLToPath(file), [], {
      execArgv: ["--conditions=aomori-source", "--no-warnings", ...flags],
      env: measuredEnvironment(),
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.pid = this.#process.pid ?? 0;
    this.#process.on("message", (message) => this.#take(message));
    this.#gone = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => {
        const error = new Error(`${fileURLToPath(file)} ended early (${signal ?? code})`);
        for (const asked of this.#asked.values()) asked.reject(error);
        this.#asked.clear();
        resolve();
      });
      this.#process.once("error", () => resolve());
    });
  }

  /** Calls one of the functions that the child answers with; rejects with what it throws there. */
  async ask<Schema extends z.ZodType>(
    name: string,
    input: unknown,
    answer: Schema,
  ): Promise<z.output<Schema>> {
    const id = (this.#count += 1);
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#process.send({ id, name, input }, (error) => {
        if (error !== null) reject(error);
      });
    });
    return answer.parse(value);
  }

  /** The child ends by itself once its parent lets go; one that does not is killed. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), killAfterMs);
    await this.#gone;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(message: unknown): void {
    const reply = Reply.parse(message);
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if ("error" in reply) asked?.reject(new Error(reply.error));
    else asked?.resolve(reply.value);
  }
}
