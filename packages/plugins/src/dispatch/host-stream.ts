import type { EndableStream, EndReason, Output } from "@aomori/protocol";
import { endError, errorBody } from "@aomori/protocol";

/** How a run ended: the status the host ends with, and what went wrong, if anything did. */
export interface RunEnding {
  readonly exitCode: number;
  readonly error?: unknown;
  /** Of the plugin, when one ended it. */
  readonly signal?: string;
}

/** Where the lines of a run go. */
export interface HostStream extends EndableStream {
  begin(): Promise<void>;
  /** Finished lines, each with its newline and a type of ours. */
  lines(bytes: Uint8Array, count: number): Promise<void>;
  /** Resolves when everything is written, or the output has failed. */
  end(ending: RunEnding): Promise<void>;
}

const beginLine = '{"type":"begin"}\n';
const endLine = '{"type":"end"}\n';

/** An error of the host's own as the documented stream says it; `code` is there for whoever reads it by machine. */
export function errorLine(
  error: unknown,
  level: "info" | "warn" | "error",
  fatal: boolean,
): Readonly<Record<string, unknown>> {
  const { code, message, details } = errorBody(error);
  return {
    type: "error",
    level,
    fatal,
    message,
    code,
    ...(details === undefined ? {} : { details }),
  };
}

/** `begin`, the lines, `end`. */
export class DocumentedStream implements HostStream {
  readonly output: Output;
  #state: "idle" | "open" | "ended" = "idle";
  #ok: boolean | undefined;

  constructor(output: Output) {
    this.output = output;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  get ok(): boolean | undefined {
    return this.#ok;
  }

  begin(): Promise<void> {
    this.#state = "open";
    return this.output.write(beginLine);
  }

  lines(bytes: Uint8Array): Promise<void> {
    return this.output.writeBytes(bytes);
  }

  async end({ exitCode, error }: RunEnding): Promise<void> {
    if (this.ended) return;
    this.#finish(exitCode === 0, error);
    await this.output.flush();
  }

  endNow(reason: EndReason): void {
    if (this.ended) return;
    this.#finish(false, endError(reason));
  }

  #finish(ok: boolean, error: unknown): void {
    const begin = this.#state === "idle" ? beginLine : "";
    const failure =
      error === undefined ? "" : `${JSON.stringify(errorLine(error, "error", true))}\n`;
    this.#state = "ended";
    this.#ok = ok;
    void this.output.write(`${begin}${failure}${endLine}`);
  }
}
