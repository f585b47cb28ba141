import type { StreamedEvent } from "@aomori/command";
import type { EndReason, Output } from "@aomori/protocol";
import { TerminalError, endError } from "@aomori/protocol";
import type { HostStream } from "@aomori/plugins/dispatch";
import { lineEvent } from "./line-event.ts";
import { runPlugin } from "./run-plugin.ts";
import { startCall } from "./start-call.ts";
import type { PluginCall } from "./start-call.ts";

type Ending = Parameters<HostStream["end"]>[0];

/**
 * A run of a plugin as events, for whoever shows them in another way than a stream of lines: a table, a session, MCP. The
 * plugin is read as fast as the events are taken. Throws what ended the run; `PLUGIN_FAILED` where it is the plugin's own status.
 */
export async function* pluginEvents(
  call: PluginCall,
  output: Output,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent, void> {
  const lines = new LineQueue(output);
  const stopped = new AbortController();
  const stopping = AbortSignal.any([signal, stopped.signal]);
  const run = startCall(call).then((started) => runPlugin(started, lines, stopping));
  try {
    yield { type: "begin" };
    yield* lines.events();
    const status = await run;
    const { error } = lines.ending;
    if (error !== undefined) throw error;
    yield { type: "end" };
    if (status !== 0) throw failed(call.name, status);
  } finally {
    stopped.abort("SIGTERM");
    await run;
  }
}

function failed(name: string, status: number): TerminalError {
  const message = `plugin ${name} ended with status ${status}; what it said stands before this`;
  return new TerminalError("internal", "PLUGIN_FAILED", message, {
    details: { exit_code: status },
  });
}

/** Holds the lines of one hand-over until they are taken. */
class LineQueue implements HostStream {
  readonly output: Output;
  #ending: Ending | undefined;
  #waiting: string[] = [];
  #taken = Promise.withResolvers<void>();
  #added = Promise.withResolvers<void>();

  constructor(output: Output) {
    this.output = output;
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  get ok(): boolean | undefined {
    return this.#ending === undefined ? undefined : this.#ending.exitCode === 0;
  }

  /** Known once the events are over. */
  get ending(): Ending {
    return this.#ending ?? { exitCode: 0 };
  }

  async begin(): Promise<void> {}

  lines(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(...Buffer.from(bytes).toString().split("\n").slice(0, -1));
    this.#added.resolve();
    return this.#taken.promise;
  }

  async end(ending: Ending): Promise<void> {
    this.#ending = ending;
    this.#added.resolve();
  }

  endNow(reason: EndReason): void {
    this.#ending ??= { exitCode: 1, error: endError(reason) };
    this.#added.resolve();
  }

  async *events(): AsyncGenerator<StreamedEvent, void> {
    for (;;) {
      const lines = this.#waiting;
      this.#waiting = [];
      for (const line of lines) yield lineEvent(line);
      this.#taken.resolve();
      this.#taken = Promise.withResolvers();
      if (this.#waiting.length > 0) continue;
      if (this.ended) return;
      await this.#added.promise;
      this.#added = Promise.withResolvers();
    }
  }
}
