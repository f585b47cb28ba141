import type { SummaryFields } from "@aomori/protocol";
import { UserError } from "@aomori/protocol";
import type { Adapter } from "../adapter.ts";
import type { ToolRecord } from "../record.ts";
import type { Budget } from "./budget.ts";
import type { Cursor } from "./cursor.ts";
import { digestOf, fieldCursor, parseCursor, positionCursor } from "./cursor.ts";
import type { WrapperOptions } from "./options.ts";

/** Decides which records belong to the page that was asked for, and what the next one starts with. */
export class Pager {
  /** What the tool is called with: a cursor of the tool's own goes in as a flag. */
  readonly argv: readonly string[];
  readonly #adapter: Adapter;
  readonly #request: readonly string[];
  readonly #budget: Budget;
  readonly #options: WrapperOptions;
  readonly #cursor: Cursor | undefined;
  #seen = 0;
  #taken = 0;
  #last: ToolRecord | undefined;
  #isFull = false;

  constructor(adapter: Adapter, argv: readonly string[], options: WrapperOptions, budget: Budget) {
    this.#adapter = adapter;
    this.#request = [adapter.name, ...argv];
    this.#budget = budget;
    this.#options = options;
    this.#cursor = options.cursor === undefined ? undefined : this.#parse(options.cursor);
    const { cursor } = adapter;
    const goesOn = this.#cursor?.kind === "field" && cursor.kind === "field";
    this.argv =
      goesOn && this.#cursor?.kind === "field"
        ? [...argv, `${cursor.flag}${this.#cursor.value}`]
        : argv;
  }

  /** Whether every record is part of the page, whatever it is. */
  get takesAll(): boolean {
    return this.#cursor === undefined && this.#budget.takesAll;
  }

  /** True once a record did not fit any more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether this record, the next of the tool's, is part of the page. */
  takes(record: ToolRecord): boolean {
    this.#seen += 1;
    const position = this.#cursor?.kind === "position" ? this.#cursor.position : undefined;
    if (position !== undefined && this.#seen <= position.skip) {
      if (this.#seen === position.skip && digestOf(record) !== position.lastDigest) throw stale();
      return false;
    }
    if (!this.#budget.takes(record)) {
      this.#isFull = true;
      return false;
    }
    this.#taken += 1;
    this.#last = record;
    return true;
  }

  /** Called when the tool has no more: a list shorter than the pages before it has changed. */
  checkReached(): void {
    const skip = this.#cursor?.kind === "position" ? this.#cursor.position.skip : 0;
    if (this.#seen < skip) throw stale();
  }

  summary(): SummaryFields {
    const { isMeasured, usedBytes, estimatedTokens } = this.#budget;
    const sizes = isMeasured
      ? { result_bytes: usedBytes(), estimated_tokens: estimatedTokens() }
      : {};
    if (!this.#isFull) return sizes;
    const next = this.#nextCursor();
    return { ...sizes, truncated: true, ...(next === undefined ? {} : { next_cursor: next }) };
  }

  #nextCursor(): string | undefined {
    const { cursor } = this.#adapter;
    if (cursor.kind === "none" || this.#last === undefined) return this.#options.cursor;
    if (cursor.kind === "position") {
      const before = this.#cursor?.kind === "position" ? this.#cursor.position.skip : 0;
      const position = { skip: before + this.#taken, lastDigest: digestOf(this.#last) };
      return positionCursor(position, this.#request);
    }
    const value = cursor.field
      .split(".")
      .reduce<unknown>(
        (found, key) =>
          typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined,
        this.#last,
      );
    return typeof value === "string" ? fieldCursor(value, this.#request) : undefined;
  }

  #parse(text: string): Cursor {
    const { cursor, name } = this.#adapter;
    if (cursor.kind === "none") {
      throw new UserError(
        "usage",
        "NO_CURSOR",
        `${name} has no pages to go on from: ${cursor.why}`,
      );
    }
    return parseCursor(text, this.#request);
  }
}

function stale(): UserError {
  return new UserError(
    "conflict",
    "STALE_CURSOR",
    "the list has changed since the page before; start again without --cursor",
  );
}
