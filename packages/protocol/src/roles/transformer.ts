import { isCodedError } from "../errors.ts";
import type { CodedError } from "../errors.ts";
import type { DomainEvent, StreamEvent, SummaryEvent } from "../events.ts";
import type { TaskContext } from "../map-ordered.ts";
import { mapOrdered } from "../map-ordered.ts";
import type { StageOptions } from "./stage.ts";
import { runStage } from "./stage.ts";
import type { UpstreamOptions } from "./upstream.ts";
import { Upstream } from "./upstream.ts";

/** One event, several, or none. */
export type Transformed<Event> = Event | readonly Event[] | undefined;

export interface TransformerOptions<Event extends DomainEvent>
  extends StageOptions<Event>, UpstreamOptions {
  /**
   * Gets every domain event of the input, of types it does not know too; those it answers `undefined`.
   * A coded error it throws is told as `aoi:error` for that event, and the others go on.
   */
  readonly transform: (
    event: StreamEvent,
    context: TaskContext,
  ) => Transformed<Event> | Promise<Transformed<Event>>;
  /** Events transformed at once; 1 when absent. They come out in the order of the input. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

type Step<Event> = { readonly out: Transformed<Event> } | { readonly error: CodedError };

/** A tool that reads a stream (`--input-jsonl -`) and emits one; see `Upstream` for how failures travel. */
export function runTransformer<Event extends DomainEvent>(
  options: TransformerOptions<Event>,
): Promise<SummaryEvent> {
  const { emitter, args, inputSchemas, transform, concurrency = 1, signal } = options;
  const upstream = new Upstream(emitter, options);
  const step = async (event: StreamEvent, context: TaskContext): Promise<Step<Event>> => {
    try {
      return { out: await transform(event, context) };
    } catch (error) {
      if (!isCodedError(error) || error.category === "cancelled") throw error;
      return { error };
    }
  };
  const body = async () => {
    const mapOptions = signal === undefined ? { concurrency } : { concurrency, signal };
    for await (const result of mapOrdered(upstream.events(), step, mapOptions)) {
      if ("error" in result) await emitter.error(result.error);
      else for (const event of listOf(result.out)) await emitter.emit(event);
    }
    return upstream.summaryFields();
  };
  const meta = {
    ...(args === undefined ? {} : { args }),
    ...(inputSchemas === undefined ? {} : { input_schemas: inputSchemas }),
  };
  return runStage(emitter, meta, body, () => upstream.summaryFields());
}

function listOf<Event extends DomainEvent>(out: Transformed<Event>): readonly Event[] {
  if (out === undefined) return [];
  return "type" in out ? [out] : out;
}
