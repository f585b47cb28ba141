import type { EndableStream, ErrorCategory } from "@aomori/protocol";
import { errorCategories } from "@aomori/protocol";
import type { PlannedAction, StreamedEvent } from "./command-handler.ts";

/** What the end of a run adds to its summary. */
export interface Ending {
  readonly truncated?: boolean;
  readonly nextCursor?: string;
  /** Items of all pages together. */
  readonly total?: number;
  /** Domain events read from another tool. */
  readonly inputCount?: number;
  /** The input was not whole. */
  readonly partial?: boolean;
}

/** One output format: it shows what a command answers with, and always ends what it began. */
export interface Presenter extends EndableStream {
  /** A pager has the terminal. */
  readonly isPaging: boolean;
  begin(): Promise<void>;
  resource(value: unknown): Promise<void>;
  /** Stops between two items once `signal` is aborted. */
  page(items: readonly unknown[], signal?: AbortSignal): Promise<void>;
  event(event: StreamedEvent): Promise<void>;
  plan(actions: readonly PlannedAction[]): Promise<void>;
  /** Text made for a person, such as help. */
  text(text: string): Promise<void>;
  /** Ends with success, or without it when an event has told of a failure. */
  finish(ending: Ending): Promise<void>;
  /** Ends with an error; `partial` when the operation stopped before its end. */
  fail(error: unknown, partial: boolean): Promise<void>;
}

/** What the events of a stream say about its outcome, whatever the format. */
export class Outcome {
  #category: ErrorCategory | undefined;

  /** The category the run ends with; undefined for success. */
  get category(): ErrorCategory | undefined {
    return this.#category;
  }

  observe(event: StreamedEvent): void {
    if (event.type === "aoi:error") this.#category ??= categoryOf(event["category"]);
    const failedCheck = event.type === "aoi:check" && event["ok"] === false;
    if (failedCheck && event["severity"] === "error") this.#category ??= "partial";
  }
}

function categoryOf(value: unknown): ErrorCategory {
  return errorCategories.find((category) => category === value) ?? "internal";
}

/** Tells a person that a page is not the last. */
export function moreNote(nextCursor: string, total: number | undefined): string {
  return `more${total === undefined ? "" : ` (${total} in all)`}: add --cursor ${nextCursor}`;
}
