import type { Emitter, EndReason, Output } from "@aomori/protocol";
import { createEmitter } from "@aomori/protocol";
import type { PlannedAction, StreamedEvent } from "./command-handler.ts";
import type { CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { Ending, Presenter } from "./presenter.ts";
import { Outcome } from "./presenter.ts";
import { isRecord } from "./records.ts";

/** A conforming AOI-CLI stream: `aoi:meta` first, one honest `aoi:summary` last. */
export class JsonlPresenter implements Presenter {
  readonly isPaging = false;
  readonly output: Output;
  readonly #emitter: Emitter;
  readonly #eventType: string;
  readonly #inputSchemas: readonly string[] | undefined;
  readonly #outcome = new Outcome();

  constructor(
    context: CommandContext,
    {
      name: command,
      eventType,
      inputSchemas,
    }: Pick<CommandSpec, "name" | "eventType" | "inputSchemas">,
  ) {
    this.#inputSchemas = inputSchemas;
    const { program, redactor } = context;
    this.output = context.stdout.output;
    this.#eventType = eventType;
    this.#emitter = createEmitter({
      identity: {
        tool: program.name,
        toolVersion: program.version,
        schemaName: program.schemaName,
        schemaVersion: program.schemaVersion,
        command,
      },
      output: this.output,
      redactor,
    });
  }

  get ended(): boolean {
    return this.#emitter.ended;
  }

  begin(): Promise<void> {
    const schemas = this.#inputSchemas;
    return this.#emitter.meta(schemas === undefined ? {} : { input_schemas: schemas });
  }

  resource(value: unknown): Promise<void> {
    return this.#emitter.emit(carry(this.#eventType, value));
  }

  async page(items: readonly unknown[], signal?: AbortSignal): Promise<void> {
    for (const item of items) {
      if (signal?.aborted === true) return;
      await this.resource(item);
    }
  }

  event(event: StreamedEvent): Promise<void> {
    this.#outcome.observe(event);
    return this.#emitter.forward(event);
  }

  async plan(actions: readonly PlannedAction[]): Promise<void> {
    for (const action of actions) await this.#emitter.plan(action);
  }

  text(text: string): Promise<void> {
    return this.#emitter.emit(carry("text", { text }));
  }

  async finish({ truncated, nextCursor, total, inputCount, partial }: Ending): Promise<void> {
    const failed = this.#outcome.category !== undefined;
    await this.#emitter.summary({
      ...(failed ? { ok: false } : {}),
      ...(truncated === undefined ? {} : { truncated }),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
      ...(total === undefined ? {} : { total }),
      ...(inputCount === undefined ? {} : { input_count: inputCount }),
      ...(partial === undefined ? {} : { partial }),
    });
  }

  async fail(error: unknown, partial: boolean): Promise<void> {
    if (this.ended) return;
    await this.#emitter.error(error);
    await this.#emitter.summary({ ok: false, ...(partial ? { partial } : {}) });
  }

  endNow(reason: EndReason): void {
    this.#emitter.endNow(reason);
  }
}

/** A resource as a domain event; one with a field `type` of its own travels under `data`. */
function carry(type: string, value: unknown): StreamedEvent {
  if (!isRecord(value)) return { type, value };
  return "type" in value ? { type, data: value } : { ...value, type };
}
