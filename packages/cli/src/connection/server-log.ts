import type { StreamedEvent } from "@aomori/command";
import { errorBody } from "@aomori/protocol";
import type { LogFile } from "@aomori/system";
import type { ServerLogLine } from "../server-process.ts";

const maxLogBytes = 5 * 1024 * 1024;
const keptLogs = 3;

/** Where a server's log goes: to whoever reads `events`, or to a file that is moved away before it grows large. */
export class ServerLog {
  readonly #lines: StreamedEvent[] = [];
  readonly #file: LogFile | undefined;
  #wake = Promise.withResolvers<void>();
  #state:
    | { readonly kind: "open" | "ended" }
    | { readonly kind: "failed"; readonly error: unknown } = {
    kind: "open",
  };

  constructor(file: LogFile | undefined) {
    this.#file = file;
  }

  static async toFile(path: string): Promise<ServerLog> {
    const { openLogFile } = await import("@aomori/system");
    return new ServerLog(
      await openLogFile(path, { maxSizeBytes: maxLogBytes, keepFiles: keptLogs }),
    );
  }

  push({ level, message, error }: ServerLogLine): void {
    const at = new Date().toISOString();
    const said = error === undefined ? "" : `: ${errorBody(error).message}`;
    const stack = error instanceof Error && level === "error" ? `\n${error.stack ?? ""}` : "";
    const summary = `${at} ${level} ${message}${said}${stack}`;
    if (this.#file === undefined) this.#show({ type: "server.log", at, level, summary });
    else
      this.#file.write(`${summary}\n`).catch((cause: unknown) => this.#unwritten(summary, cause));
  }

  end(): void {
    this.#state = { kind: "ended" };
    this.#wake.resolve();
  }

  fail(error: unknown): void {
    this.#state = { kind: "failed", error };
    this.#wake.resolve();
  }

  async *events(): AsyncGenerator<StreamedEvent, void> {
    try {
      for (;;) {
        yield* this.#lines.splice(0);
        if (this.#state.kind === "failed") throw this.#state.error;
        if (this.#state.kind === "ended") return;
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    } finally {
      await this.#file?.close();
    }
  }

  #show(event: StreamedEvent): void {
    this.#lines.push(event);
    this.#wake.resolve();
  }

  /** A log that cannot be written, on a full disk say, does not end a server: what it would have said is shown instead. */
  #unwritten(summary: string, cause: unknown): void {
    const at = new Date().toISOString();
    const why = errorBody(cause).message;
    this.#show({ type: "server.log", at, level: "error", summary: `${summary} (${why})` });
  }
}
