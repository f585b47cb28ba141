import type { Emitter, MetaFields, SummaryFields } from "../emitter.ts";
import { isCodedError } from "../errors.ts";
import type { DomainEvent, SummaryEvent } from "../events.ts";

export interface StageOptions<Event extends DomainEvent> {
  readonly emitter: Emitter<Event>;
  /** As given on the command line; for meta, where secrets in them are hidden. */
  readonly args?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Writes meta, what `body` emits, and a summary of what it answers. A coded error becomes `aoi:error` and
 * `ok: false`; anything else is a bug and travels up, for the process hooks to end the stream.
 */
export async function runStage(
  emitter: Emitter<DomainEvent>,
  meta: MetaFields,
  body: () => Promise<SummaryFields>,
  fieldsAfterError: () => SummaryFields,
): Promise<SummaryEvent> {
  await emitter.meta(meta);
  let fields: SummaryFields;
  try {
    fields = await body();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    await emitter.error(error);
    fields = { ...fieldsAfterError(), ok: false, partial: true };
  }
  return emitter.summary(fields);
}
