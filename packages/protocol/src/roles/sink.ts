import type { Emitter } from "../emitter.ts";
import type { StreamEvent, SummaryEvent } from "../events.ts";
import type { StageOptions } from "./stage.ts";
import { runTransformer } from "./transformer.ts";
import type { UpstreamOptions } from "./upstream.ts";

/** One side effect that was made. The type's name and fields are Aomori's choice: the standard asks for an event, and names none. */
export interface AuditEvent {
  readonly type: "audit";
  readonly action: string;
  readonly target?: string;
  /** ISO-8601 UTC, when the effect was done. */
  readonly at: string;
  readonly [field: string]: unknown;
}

export interface AuditRecord {
  readonly action: string;
  readonly target?: string;
  readonly [field: string]: unknown;
}

/**
 * Makes one side effect and tells of it: an audit event once `effect` is done, or with `dryRun` an `aoi:plan`
 * in its place, and then undefined. An effect that throws was not made and is not audited.
 */
export type Audit = <Result>(
  record: AuditRecord,
  effect: () => Result | Promise<Result>,
) => Promise<Result | undefined>;

export interface SinkOptions extends StageOptions<AuditEvent>, UpstreamOptions {
  /**
   * Gets every domain event of the input, one after the other; every effect goes through `audit`.
   * A coded error it throws is told as `aoi:error` for that event, and the others go on.
   */
  readonly apply: (
    event: StreamEvent,
    audit: Audit,
    context: { readonly index: number; readonly signal: AbortSignal },
  ) => void | Promise<void>;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** A tool that reads a stream and acts on it: its output is one audit event per side effect. */
export function runSink(options: SinkOptions): Promise<SummaryEvent> {
  const { apply, dryRun = false, ...rest } = options;
  const audit = createAudit(options.emitter, dryRun);
  return runTransformer<AuditEvent>({
    ...rest,
    transform: async (event, context) => {
      await apply(event, audit, context);
      return undefined;
    },
  });
}

/** The `audit` of a sink, for a tool that does its own reading. */
export function createAudit(emitter: Emitter<AuditEvent>, dryRun = false): Audit {
  return async (record, effect) => {
    if (dryRun) {
      await emitter.plan(record);
      return undefined;
    }
    const result = await effect();
    await emitter.emit({ ...record, type: "audit", at: new Date().toISOString() });
    return result;
  };
}
