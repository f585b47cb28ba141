import type {
  ArtifactEvent,
  CheckEvent,
  DomainEvent,
  FrameworkEvent,
  MetaEvent,
  PlanEvent,
  ProgressEvent,
  SummaryEvent,
  WarningEvent,
} from "./events.ts";
import { aoiVersion, frameworkPrefix, isResultType } from "./events.ts";
import type { ErrorBody } from "./errors.ts";
import { TerminalError, errorBody } from "./errors.ts";
import type { EndReason, EndableStream } from "./end-reason.ts";
import { endError } from "./end-reason.ts";
import { EventEncoder } from "./event-encoder.ts";
import type { EventSchema } from "./event-schema.ts";
import { checkEvent } from "./event-schema.ts";
import type { Output } from "./output.ts";
import { createOutput } from "./output.ts";
import { redactArgs, redactProse } from "./redact-text.ts";
import type { Redactor } from "./redaction.ts";
import { createRedactor } from "./redaction.ts";

export interface StreamIdentity {
  readonly tool: string;
  readonly toolVersion: string;
  /** Reverse-DNS name of the event schema. */
  readonly schemaName: string;
  readonly schemaVersion: string;
  readonly command: string;
}

export interface EmitterOptions<Event extends DomainEvent = DomainEvent> {
  readonly identity: StreamIdentity;
  /** Where the stream goes; 1 when neither this nor `output` is given. Nobody else may write there. */
  readonly fd?: number;
  readonly output?: Output;
  readonly redactor?: Redactor;
  /** A longer line is refused; 8 MiB when absent. */
  readonly maxLineBytes?: number;
  /** Checks every domain event before it is written; for development and tests, as it costs more than the writing. */
  readonly events?: EventSchema<Event>;
  /** Which types `count` counts; results when absent, which is Aomori's reading (see `isResultType`). */
  readonly isResult?: (type: string) => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: () => number;
}

type Fields<Event extends { readonly type: string }> = Omit<Event, "type">;
export type MetaFields = Partial<Pick<MetaEvent, "args" | "input_schemas" | "wrapped">>;
export interface SummaryFields {
  /** Default: no error was emitted. True beside errors is refused unless `partial` is true. */
  readonly ok?: boolean;
  readonly partial?: boolean;
  readonly truncated?: boolean;
  readonly next_cursor?: string;
  readonly input_count?: number;
  readonly [field: string]: unknown;
}

/** Domain events that are lines already, each with its newline: what the emitter itself would have made of them. */
export interface EncodedEvents {
  /** The one type of all of them. */
  readonly type: string;
  /** Every name of a field that may occur in them. */
  readonly fieldNames: readonly string[];
  /** UTF-8; copied before `emitEncoded` returns. */
  readonly lines: Uint8Array;
  readonly count: number;
}

export interface EventCounts {
  readonly results: number;
  readonly warnings: number;
  readonly errors: number;
}

/**
 * Writes one AOI-CLI stream: `meta` first and once, then events, then one terminal `summary`.
 *
 * Every method resolves when more may be written. Misuse (`EVENT_BEFORE_META`, `SECOND_META`,
 * `EVENT_AFTER_SUMMARY`, `EVENT_WITHOUT_TYPE`, `RESERVED_TYPE`, `RESERVED_FIELD`, `OK_WITH_ERRORS`), events that
 * break their schema (`EVENT_BREAKS_SCHEMA`) and values JSON cannot carry (`UNSERIALIZABLE_VALUE`,
 * `LINE_TOO_LONG`) reject and leave the stream as it was.
 */
export interface Emitter<Event extends DomainEvent = DomainEvent>
  extends EndableStream, AsyncDisposable {
  meta(fields?: MetaFields): Promise<void>;
  emit(event: Event): Promise<void>;
  /**
   * Writes events that were encoded elsewhere, such as on another thread. Where something is to be checked or may
   * have to be hidden in them, they are taken apart and emitted one by one.
   */
  emitEncoded(events: EncodedEvents): Promise<void>;
  /** Passes on an event of another stream, framework events included; not its meta and summary (`RESERVED_TYPE`). */
  forward(event: DomainEvent): Promise<void>;
  /**
   * Passes on finished lines of domain events, newline included, as bytes that nobody looks at again: that each is JSON of an allowed
   * type, and holds no secret, is the caller's word. `results` is how many of them the summary counts.
   */
  relay(lines: Uint8Array, results: number): Promise<void>;
  /** Takes anything thrown. */
  error(error: unknown): Promise<void>;
  warning(fields: Fields<WarningEvent>): Promise<void>;
  check(fields: Fields<CheckEvent>): Promise<void>;
  plan(fields: { readonly action: string; readonly [field: string]: unknown }): Promise<void>;
  progress(fields: Fields<ProgressEvent>): Promise<void>;
  heartbeat(at?: Date): Promise<void>;
  artifact(fields: Fields<ArtifactEvent>): Promise<void>;
  /** Ends the stream; resolves when every line is written, or the output failed. */
  summary(fields?: SummaryFields): Promise<SummaryEvent>;
  counts(): EventCounts;
  /** A stream without a summary is ended as abandoned. */
  close(): Promise<void>;
}

export function createEmitter<Event extends DomainEvent = DomainEvent>(
  options: EmitterOptions<Event>,
): Emitter<Event> {
  return new StreamEmitter<Event>(options);
}

const defaultMaxLineBytes = 8 * 1024 * 1024;
const reservedSummaryFields: readonly string[] = [
  "type",
  "count",
  "error_count",
  "warning_count",
  "elapsed_ms",
];

class StreamEmitter<Event extends DomainEvent> implements Emitter<Event> {
  readonly output: Output;
  readonly #identity: StreamIdentity;
  readonly #redactor: Redactor;
  readonly #encoder: EventEncoder;
  readonly #events: EventSchema<Event> | undefined;
  readonly #isResult: (type: string) => boolean;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  #state: "idle" | "open" | "ended" = "idle";
  #results = 0;
  #warnings = 0;
  #errors = 0;
  #ok: boolean | undefined;

  constructor(options: EmitterOptions<Event>) {
    this.output = options.output ?? createOutput({ fd: options.fd ?? 1 });
    this.#identity = options.identity;
    const { redactor = createRedactor(), maxLineBytes = defaultMaxLineBytes } = options;
    this.#redactor = redactor;
    this.#encoder = new EventEncoder(redactor, maxLineBytes);
    this.#events = options.events;
    this.#isResult = options.isResult ?? isResultType;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#startedAtMs = this.#nowMs();
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  get ok(): boolean | undefined {
    return this.#ok;
  }

  counts(): EventCounts {
    return { results: this.#results, warnings: this.#warnings, errors: this.#errors };
  }

  meta(fields: MetaFields = {}): Promise<void> {
    if (this.#state === "open") return refuse("SECOND_META", "aoi:meta was already written");
    if (this.#state === "ended") return refuseAfterSummary("aoi:meta");
    const { args, wrapped } = fields;
    const { tool, toolVersion, schemaName, schemaVersion, command } = this.#identity;
    const event: MetaEvent = {
      type: "aoi:meta",
      tool,
      tool_version: toolVersion,
      aoi_version: aoiVersion,
      schema_name: schemaName,
      schema_version: schemaVersion,
      command,
      ...(args === undefined ? {} : { args: redactArgs(args, this.#redactor) }),
      ...(wrapped === undefined ? {} : { wrapped: redactProse(wrapped, this.#redactor) }),
      ...(fields.input_schemas === undefined ? {} : { input_schemas: fields.input_schemas }),
    };
    try {
      const line = this.#encoder.encode(event);
      this.#state = "open";
      return this.output.write(line);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  emit(event: Event): Promise<void> {
    const refusal = refusedType(event.type);
    if (refusal !== undefined) return refusal;
    if (this.#events === undefined || this.#state !== "open") return this.#put(event);
    try {
      checkEvent(this.#events, event);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#put(event);
  }

  emitEncoded(events: EncodedEvents): Promise<void> {
    const { type, lines, count } = events;
    const refusal = refusedType(type) ?? this.#refusal(type);
    if (refusal !== undefined) return refusal;
    const isChecked = this.#events !== undefined;
    if (isChecked || !this.#encoder.admits(events))
      return this.#emitEach(new TextDecoder().decode(lines));
    if (this.#isResult(type)) this.#results += count;
    return this.output.writeBytes(lines);
  }

  async #emitEach(lines: string): Promise<void> {
    for (const line of lines.split("\n").slice(0, -1)) {
      // oxlint-disable-next-line typescript/no-unsafe-assignment -- a caller's events, as those of `emit`
      const event: Event = JSON.parse(line);
      await this.emit(event);
    }
  }

  forward(event: DomainEvent): Promise<void> {
    if (event.type === "aoi:meta" || event.type === "aoi:summary") {
      return refuse("RESERVED_TYPE", `${event.type} of another stream cannot be passed on`);
    }
    return this.#put(event);
  }

  relay(lines: Uint8Array, results: number): Promise<void> {
    const refusal = this.#refusal("a relayed event");
    if (refusal !== undefined) return refusal;
    this.#results += results;
    return this.output.writeBytes(lines);
  }

  error(error: unknown): Promise<void> {
    const refusal = this.#refusal("aoi:error");
    if (refusal !== undefined) return refusal;
    const line = this.#errorLine(errorBody(error));
    this.#count("aoi:error");
    return this.output.write(line);
  }

  warning(fields: Fields<WarningEvent>): Promise<void> {
    return this.#put({ ...fields, type: "aoi:warning" });
  }

  check(fields: Fields<CheckEvent>): Promise<void> {
    return this.#put({ ...fields, type: "aoi:check" });
  }

  plan(fields: Omit<PlanEvent, "type">): Promise<void> {
    return this.#put({ ...fields, type: "aoi:plan" });
  }

  progress(fields: Fields<ProgressEvent>): Promise<void> {
    return this.#put({ ...fields, type: "aoi:progress" });
  }

  heartbeat(at: Date = new Date()): Promise<void> {
    return this.#put({ type: "aoi:heartbeat", at: at.toISOString() });
  }

  artifact(fields: Fields<ArtifactEvent>): Promise<void> {
    return this.#put({ ...fields, type: "aoi:artifact" });
  }

  /** The line is queued before this returns, so that a direct exit right after it still drains it. */
  summary(fields: SummaryFields = {}): Promise<SummaryEvent> {
    const refusal = this.#refusal("aoi:summary") ?? this.#refusedFields(fields);
    if (refusal !== undefined) return refusal;
    const { ok = this.#errors === 0, ...rest } = fields;
    try {
      const event = this.#summaryEvent(ok, rest);
      const line = this.#encoder.encode(event);
      this.#state = "ended";
      this.#ok = ok;
      void this.output.write(line);
      return this.output.flush().then(() => event);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #refusedFields(fields: SummaryFields): Promise<never> | undefined {
    const reserved = reservedSummaryFields.find((field) => field in fields);
    if (reserved !== undefined) {
      return refuse("RESERVED_FIELD", `the emitter itself sets ${reserved} of aoi:summary`);
    }
    if (fields.ok !== true || this.#errors === 0 || fields.partial === true) return undefined;
    return refuse(
      "OK_WITH_ERRORS",
      `ok: true after ${this.#errors} aoi:error would be a lie; leave ok out, or say partial: true`,
    );
  }

  endNow(reason: EndReason): void {
    if (this.#state === "ended") return;
    if (this.#state === "idle") void this.meta();
    this.#state = "ended";
    this.#ok = false;
    this.#errors += 1;
    const lines = this.#errorLine(errorBody(endError(reason)));
    const event = this.#summaryEvent(false, { partial: true });
    void this.output.write(`${lines}${this.#encoder.encode(event)}`);
  }

  async close(): Promise<void> {
    this.endNow({ kind: "abandoned" });
    await this.output.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #put(event: FrameworkEvent | DomainEvent): Promise<void> {
    const refusal = this.#refusal(event.type);
    if (refusal !== undefined) return refusal;
    try {
      const line = this.#encoder.encode(event);
      this.#count(event.type);
      return this.output.write(line);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #count(type: string): void {
    if (type === "aoi:warning") this.#warnings += 1;
    else if (type === "aoi:error") this.#errors += 1;
    if (this.#isResult(type)) this.#results += 1;
  }

  #refusal(type: string): Promise<never> | undefined {
    if (this.#state === "open") return undefined;
    if (this.#state === "ended") return refuseAfterSummary(type);
    return refuse("EVENT_BEFORE_META", `${type} before aoi:meta; call meta() first`);
  }

  /** An error must always get out: details that cannot be carried are left behind. */
  #errorLine(body: ErrorBody): string {
    try {
      return this.#encoder.encode({ ...body, type: "aoi:error" });
    } catch (error) {
      const { code, category, retryable } = body;
      const message = `${body.message.slice(0, 1000)} (details left out: ${errorBody(error).code})`;
      return this.#encoder.encode({ type: "aoi:error", code, category, message, retryable });
    }
  }

  #summaryEvent(ok: boolean, fields: SummaryFields): SummaryEvent {
    return {
      ...fields,
      type: "aoi:summary",
      ok,
      count: this.#results,
      error_count: this.#errors,
      warning_count: this.#warnings,
      elapsed_ms: Math.round(this.#nowMs() - this.#startedAtMs),
    };
  }
}

function refuse(code: string, message: string): Promise<never> {
  return Promise.reject(new TerminalError("internal", code, message));
}

function refusedType(type: unknown): Promise<never> | undefined {
  if (typeof type !== "string" || type === "") {
    return refuse(
      "EVENT_WITHOUT_TYPE",
      `an event needs a type that is a string and not empty, not ${String(type)}`,
    );
  }
  if (!type.startsWith(frameworkPrefix)) return undefined;
  return refuse(
    "RESERVED_TYPE",
    `a domain event cannot be of type ${type}; use the emitter's own method for it`,
  );
}

function refuseAfterSummary(type: string): Promise<never> {
  return refuse("EVENT_AFTER_SUMMARY", `${type} after aoi:summary; the stream has ended`);
}
