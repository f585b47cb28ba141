import type { EndReason, Output, StreamIdentity } from "@aomori/protocol";
import { createEmitter, createRedactor, redactArgs } from "@aomori/protocol";

import { DocumentedStream } from "./host-stream.ts";
import type { HostStream, RunEnding } from "./host-stream.ts";

export interface HostStreamOptions {
  readonly format: "documented" | "jsonl";
  readonly output: Output;
  readonly identity: StreamIdentity;
  /** As they are shown; what looks like a secret is hidden. */
  readonly args: readonly string[];
}

export function createHostStream(options: HostStreamOptions): HostStream {
  return options.format === "jsonl"
    ? new EventStream(options)
    : new DocumentedStream(options.output);
}

/** The documented stream between `aoi:meta` and `aoi:summary`, as domain events; a failure is an `aoi:error` there. */
class EventStream implements HostStream {
  readonly output: Output;
  readonly #emitter: ReturnType<typeof createEmitter>;
  readonly #args: readonly string[];
  #hasBegun = false;

  constructor({ output, identity, args }: HostStreamOptions) {
    this.output = output;
    this.#emitter = createEmitter({ output, identity });
    this.#args = args;
  }

  get ended(): boolean {
    return this.#emitter.ended;
  }

  get ok(): boolean | undefined {
    return this.#emitter.ok;
  }

  async begin(): Promise<void> {
    this.#hasBegun = true;
    await this.#emitter.meta({ args: redactArgs(this.#args, createRedactor()) });
    await this.#emitter.emit({ type: "begin" });
  }

  lines(bytes: Uint8Array, count: number): Promise<void> {
    return this.ended ? Promise.resolve() : this.#emitter.relay(bytes, count);
  }

  async end({ exitCode, error, signal }: RunEnding): Promise<void> {
    if (this.ended) return;
    if (!this.#hasBegun) await this.begin();
    if (error !== undefined) await this.#emitter.error(error);
    await this.#emitter.emit({ type: "end" });
    await this.#emitter.summary({
      ok: exitCode === 0,
      exit_code: exitCode,
      ...(signal === undefined ? {} : { signal }),
      ...(exitCode === 0 ? {} : { partial: true }),
    });
  }

  endNow(reason: EndReason): void {
    if (this.ended) return;
    if (this.#hasBegun) void this.#emitter.emit({ type: "end" });
    this.#emitter.endNow(reason);
  }
}
