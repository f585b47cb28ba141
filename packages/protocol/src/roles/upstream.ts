import type { Emitter, SummaryFields } from "../emitter.ts";
import type { CodedError } from "../errors.ts";
import { TerminalError, UserError, errorCategories, isCodedError } from "../errors.ts";
import type { DomainEvent, StreamEvent } from "../events.ts";
import { frameworkPrefix, isResultType } from "../events.ts";
import { inputSchemaProblem } from "../input-schema.ts";
import { readEvents } from "../reader.ts";

export interface UpstreamOptions {
  /** What `--input-jsonl -` reads. */
  readonly input: AsyncIterable<Uint8Array | string>;
  /** `name@version` of every schema that is read; any when absent. Declared in meta, checked against the input's. */
  readonly inputSchemas?: readonly string[];
  /** 8 MiB when absent. */
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
}

/** Where what goes wrong upstream is told. */
export type UpstreamTarget = Pick<Emitter<DomainEvent>, "error" | "forward" | "warning">;

/**
 * The stream a transformer or sink reads (AOI-CLI §12): what goes wrong in it goes wrong in ours.
 *
 * A malformed line is `INPUT_JSONL_PARSE_ERROR` and reading goes on; an end without summary is
 * `UPSTREAM_NO_SUMMARY`; warnings and errors are passed on; a failure without an error is `UPSTREAM_FAILED`.
 */
export class Upstream {
  readonly #emitter: UpstreamTarget;
  readonly #options: UpstreamOptions;
  #inputCount = 0;
  #resultCount = 0;
  #errorCount = 0;
  #partial = false;
  #summary: StreamEvent | undefined;

  constructor(emitter: UpstreamTarget, options: UpstreamOptions) {
    this.#emitter = emitter;
    this.#options = options;
  }

  /** The domain events. Throws what makes the rest of the input useless: another schema, a failed read. */
  async *events(): AsyncGenerator<StreamEvent, void, undefined> {
    const { input, inputSchemas = [], maxLineBytes, signal } = this.#options;
    const items = readEvents(input, {
      malformed: "yield",
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
      ...(signal === undefined ? {} : { signal }),
    });
    let isFirst = true;
    try {
      for await (const item of items) {
        if (item instanceof Error) {
          await this.#malformed(item);
          continue;
        }
        if (isFirst) throwIfAny(inputSchemaProblem(item, inputSchemas));
        isFirst = false;
        if (item.type.startsWith(frameworkPrefix)) await this.#observe(item);
        else {
          this.#inputCount += 1;
          this.#resultCount += 1;
          yield item;
        }
      }
    } catch (error) {
      if (!isCodedError(error) || error.code !== "STREAM_WITHOUT_SUMMARY") throw error;
      await this.#endedEarly(error);
    }
    if (isFirst) throwIfAny(inputSchemaProblem(undefined, inputSchemas));
    await this.#judge();
  }

  /** What the summary must say of the input. `input_count` is the number of domain events (Aomori's reading). */
  summaryFields(): SummaryFields {
    const summary = this.#summary;
    return {
      input_count: this.#inputCount,
      ...(this.#partial || summary?.["partial"] === true ? { partial: true } : {}),
      ...(summary?.["truncated"] === true ? { truncated: true } : {}),
    };
  }

  async #observe(event: StreamEvent): Promise<void> {
    if (event.type === "aoi:summary") this.#summary = event;
    else if (event.type === "aoi:warning") await this.#emitter.forward(event);
    else if (event.type === "aoi:error") {
      this.#errorCount += 1;
      await this.#emitter.forward(wholeError(event));
    } else if (isResultType(event.type)) this.#resultCount += 1;
  }

  async #malformed(error: CodedError): Promise<void> {
    this.#partial = true;
    const { details, message } = error;
    const told = new UserError("validation", "INPUT_JSONL_PARSE_ERROR", message, {
      cause: error,
      details: { ...details, reason: error.code },
    });
    await this.#emitter.error(told);
  }

  async #endedEarly(cause: CodedError): Promise<void> {
    this.#partial = true;
    const { message, details = {} } = cause;
    const told = { cause, details };
    await this.#emitter.error(new TerminalError("io", "UPSTREAM_NO_SUMMARY", message, told));
  }

  async #judge(): Promise<void> {
    const summary = this.#summary;
    if (summary === undefined) return;
    if (summary["ok"] !== true && this.#errorCount === 0) {
      const message = "the tool before this one says that it failed, and not how; ask it alone";
      await this.#emitter.error(new TerminalError("partial", "UPSTREAM_FAILED", message));
    }
    const { count } = { count: summary["count"] };
    if (typeof count === "number" && count !== this.#resultCount) {
      const message = `the tool before this one counts ${count} results, and ${this.#resultCount} came; one counts otherwise or some were lost`;
      await this.#emitter.warning({ message, code: "UPSTREAM_COUNT_DIFFERS" });
    }
  }
}

function throwIfAny(problem: CodedError | undefined): void {
  if (problem !== undefined) throw problem;
}

/** Another tool's error with every field the standard asks for, so that passing it on breaks no rule. */
function wholeError(event: StreamEvent): StreamEvent {
  const [code, category, message] = [event["code"], event["category"], event["message"]];
  return {
    ...event,
    code: typeof code === "string" ? code : "UPSTREAM_ERROR",
    category: errorCategories.find((known) => known === category) ?? "internal",
    message:
      typeof message === "string"
        ? message
        : "the tool before this one told an error without a message",
    retryable: event["retryable"] === true,
  };
}
