import type { EndReason, EndSignal, EndableStream, Output } from "@aomori/protocol";
import {
  RetryableError,
  TerminalError,
  UserError,
  endError,
  errorBody,
  installProcessHooks,
  isCodedError,
  readLines,
  signalExitCodes,
} from "@aomori/protocol";
import type { CommandContext } from "../context.ts";
import { createProse } from "../prose.ts";
import { untilAborted } from "../until-aborted.ts";
import type { RequestId, RpcError, RpcMessage, RpcNotification, RpcRequest } from "./message.ts";
import { RpcFailure, parseMessage, rpcCodes, rpcError, usageFailure } from "./message.ts";

/** What is served over the lines: it answers requests, each of which may be cancelled. */
export interface RpcService {
  /** What it throws becomes the error of the answer. */
  readonly answer: (request: RpcRequest, signal: AbortSignal) => Promise<unknown>;
  readonly notified: (notification: RpcNotification) => void;
  /** Whether a cancelled request is answered too. */
  readonly answersCancelled: boolean;
}

export interface RpcServerOptions {
  /** A longer line is refused and never held; 8 MiB when absent. */
  readonly maxLineBytes?: number;
  /** Requests at work at once; further ones are refused. 64 when absent. */
  readonly maxRequests?: number;
}

interface InFlight {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const forcedEndMs = 2000;

/**
 * JSON-RPC 2.0, one message a line, on standard input and output. Reading goes on while requests are at work;
 * the end of the input, a signal or `close` cancels what is at work and waits for its answers.
 */
export class RpcServer implements EndableStream {
  readonly output: Output;
  readonly maxLineBytes: number;
  readonly maxRequests: number;
  readonly #context: CommandContext;
  readonly #inFlight = new Map<RequestId, InFlight>();
  readonly #reading = new AbortController();
  #isClosing = false;
  #ended = false;
  #status = 0;

  constructor(context: CommandContext, options: RpcServerOptions = {}) {
    this.#context = context;
    this.output = context.stdout.output;
    this.maxLineBytes = options.maxLineBytes ?? 8 * 1024 * 1024;
    this.maxRequests = options.maxRequests ?? 64;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Serves until nothing more can come; resolves with the exit status, never rejects. */
  async serve(service: RpcService): Promise<number> {
    this.#takeOverProcess();
    let reason: unknown = new UserError("cancelled", "CLOSED", "the input ended");
    try {
      await this.#read(service);
    } catch (error) {
      reason = this.#reading.signal.aborted ? this.#reading.signal.reason : error;
      if (!this.#reading.signal.aborted) this.#unreadable(error);
    }
    this.#isClosing = true;
    await this.cancelAll(reason);
    this.#ended = true;
    await this.output.flush();
    return this.output.failure?.exitCode ?? this.#status;
  }

  /** Cancels what is at work, but for one request, and waits for the answers. */
  async cancelAll(reason: unknown, except?: RequestId): Promise<void> {
    const others = [...this.#inFlight].filter(([id]) => id !== except);
    for (const [id] of others) this.cancel(id, reason);
    await Promise.all(others.map(([, { done }]) => done));
  }

  cancel(id: RequestId, reason: unknown): void {
    this.#inFlight.get(id)?.stop.abort(reason);
  }

  /** No further request is taken; `endReading` follows once the last answer is written. */
  refuseFurther(): void {
    this.#isClosing = true;
  }

  endReading(): void {
    this.#reading.abort(new UserError("cancelled", "CLOSED", "the session was shut down"));
  }

  /** Resolves when the next may be written. */
  send(message: Readonly<Record<string, unknown>>): Promise<void> {
    return this.sendText(
      this.#context.redactor.text(JSON.stringify({ jsonrpc: "2.0", ...message })),
    );
  }

  /** A message as a line of JSON, without its end. */
  sendText(line: string): Promise<void> {
    return this.#ended ? Promise.resolve() : this.output.write(`${line}\n`);
  }

  endNow(reason: EndReason): void {
    if (this.#ended) return;
    const error = rpcError(errorBody(endError(reason)));
    for (const id of this.#inFlight.keys()) void this.send({ id, error });
    this.#inFlight.clear();
    this.#ended = true;
  }

  #takeOverProcess(): void {
    if (!this.#context.ownsProcess) return;
    const prose = createProse(this.#context, { quiet: false, verbose: false, color: true });
    installProcessHooks({
      stream: this,
      outputs: [this.#context.stderr.output],
      graceMs: forcedEndMs,
      onSignal: (signal: EndSignal) => {
        this.#status = signalExitCodes[signal];
        const reason = new UserError("cancelled", "INTERRUPTED", `stopped by ${signal}`);
        for (const id of this.#inFlight.keys()) this.cancel(id, reason);
        this.#reading.abort(reason);
        return "stopping";
      },
      onCrash: (error) => prose.error(error),
    });
  }

  async #read(service: RpcService): Promise<void> {
    const lines = readLines(this.#context.stdin.bytes(), this.maxLineBytes);
    const { signal } = this.#reading;
    for (;;) {
      const next = await untilAborted(lines.next(), signal, 0);
      if (next.done === true) return;
      if (next.value.text?.trim() === "") continue;
      await this.#take(parseMessage(next.value, this.maxLineBytes), service);
      signal.throwIfAborted();
    }
  }

  #unreadable(cause: unknown): void {
    const prose = createProse(this.#context, { quiet: false, verbose: false, color: true });
    const message = `standard input cannot be read: ${errorBody(cause).message}`;
    prose.error(new TerminalError("io", "INPUT_UNREADABLE", message, { cause }));
    this.#status = 74;
  }

  async #take(message: RpcMessage, service: RpcService): Promise<void> {
    if (message.kind === "notification") service.notified(message);
    else if (message.kind === "request") await this.#request(message, service);
    else if (message.kind === "misfit") {
      const { id, code, error } = message;
      await this.send({ id, error: { ...rpcError(error), code } });
    }
  }

  async #request(request: RpcRequest, service: RpcService): Promise<void> {
    const refusal = this.#refusal(request.id);
    if (refusal !== undefined) {
      await this.send({ id: request.id, error: refusal });
      return;
    }
    const stop = new AbortController();
    const started = Promise.withResolvers<void>();
    const done = started.promise.then(() => this.#answer(request, service, stop.signal));
    this.#inFlight.set(request.id, { stop, done });
    started.resolve();
  }

  #refusal(id: RequestId): RpcError | undefined {
    if (this.#isClosing) {
      return usageFailure(rpcCodes.invalidRequest, "SHUTTING_DOWN", "no request is taken any more")
        .error;
    }
    if (this.#inFlight.has(id)) {
      const message = `request ${JSON.stringify(id)} is at work; give every request an id of its own`;
      return usageFailure(rpcCodes.invalidRequest, "DUPLICATE_ID", message).error;
    }
    if (this.#inFlight.size < this.maxRequests) return undefined;
    const message = `${this.maxRequests} requests are at work; wait for an answer`;
    return rpcError(errorBody(new RetryableError("rate_limited", "TOO_MANY_REQUESTS", message)));
  }

  async #answer(request: RpcRequest, service: RpcService, signal: AbortSignal): Promise<void> {
    const { id } = request;
    const message = await service.answer(request, signal).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, error: this.#errorOf(error) }),
    );
    this.#inFlight.delete(id);
    if (signal.aborted && !service.answersCancelled && !this.#isClosing) return;
    await this.send(message);
  }

  #errorOf(error: unknown): RpcError {
    if (error instanceof RpcFailure) return error.error;
    if (!isCodedError(error)) {
      createProse(this.#context, { quiet: false, verbose: true, color: true }).error(error);
    }
    return rpcError(errorBody(error));
  }
}
