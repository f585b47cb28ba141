import { TerminalError } from "@aomori/protocol";
import { parseExactJson } from "../exact-json.ts";

export interface JsonItemsOptions {
  /** Keys from the top to the array whose elements are wanted: `["items"]`; `[]` is the document itself. */
  readonly path: readonly string[];
  /** A document without that array is one item itself; otherwise it has none. */
  readonly orWhole: boolean;
  /** Of one element, or of a document that is one item. */
  readonly maxItemBytes: number;
}

export const defaultMaxItemBytes: number = 64 * 1024 * 1024;

/**
 * The elements of one array in a JSON document, each as soon as it is whole: memory holds one element, not the document.
 * Throws `OUTPUT_NOT_JSON` (the rest is not a document) and `ITEM_TOO_LONG`; what was yielded before is whole.
 */
export async function* jsonItems(
  chunks: AsyncIterable<Buffer>,
  options: JsonItemsOptions,
): AsyncGenerator<readonly unknown[], void> {
  const scanner = new ItemScanner(options);
  for await (const chunk of chunks) {
    const items = scanner.scan(chunk.toString("latin1"));
    if (items.length > 0) yield items;
  }
  const last = scanner.end();
  if (last.length > 0) yield last;
}

type Container = { readonly isArray: boolean; key: string | undefined };

class ItemScanner {
  readonly #options: JsonItemsOptions;
  readonly #stack: Container[] = [];
  #depthOfArray = -1;
  #found = false;
  /** The element, or the whole document while the array has not been found. */
  #kept = "";
  /** Where in the present chunk the kept text starts. */
  #keepFrom = 0;
  #inString = false;
  #escaped = false;
  #string = "";
  #expectsKey = false;
  #started = false;
  #closed = false;
  #items: unknown[] = [];

  constructor(options: JsonItemsOptions) {
    this.#options = options;
  }

  scan(chunk: string): unknown[] {
    this.#items = [];
    this.#keepFrom = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      if (this.#inString) index = this.#skipString(chunk, index);
      else this.#structure(chunk, index);
    }
    this.#keep(chunk, chunk.length);
    return this.#items;
  }

  end(): unknown[] {
    const { orWhole } = this.#options;
    if (!this.#started) return [];
    if (this.#stack.length > 0 || this.#inString) throw notJson("it ends in the middle");
    if (this.#found) return [];
    const whole = parsed(this.#kept);
    return orWhole ? [whole] : [];
  }

  /** Goes on to the end of a string, or of the chunk; answers with the last index it looked at. */
  #skipString(chunk: string, from: number): number {
    for (let index = from; index < chunk.length; index += 1) {
      const code = chunk.charCodeAt(index);
      if (this.#escaped) this.#escaped = false;
      else if (code === 0x5c) this.#escaped = true;
      else if (code === 0x22) {
        this.#inString = false;
        if (this.#expectsKey) this.#string += chunk.slice(from, index);
        return index;
      }
    }
    if (this.#expectsKey) this.#string += chunk.slice(from);
    return chunk.length;
  }

  #structure(chunk: string, index: number): void {
    const code = chunk.charCodeAt(index);
    if (code === 0x22) {
      this.#begin();
      this.#inString = true;
      this.#string = "";
    } else if (code === 0x7b || code === 0x5b) {
      this.#begin();
      this.#open(code === 0x5b, index);
    } else if (code === 0x7d || code === 0x5d) {
      this.#close(chunk, index, code === 0x5d);
    } else if (code === 0x3a) {
      const top = this.#stack.at(-1);
      if (top !== undefined) top.key = keyText(this.#string);
      this.#expectsKey = false;
    } else if (code === 0x2c) {
      if (this.#stack.length - 1 === this.#depthOfArray) this.#element(chunk, index);
      const top = this.#stack.at(-1);
      this.#expectsKey = top !== undefined && !top.isArray;
    } else if (code > 0x20) {
      this.#begin();
    }
  }

  #begin(): void {
    if (this.#stack.length === 0 && this.#closed) throw notJson("something follows the document");
    this.#started = true;
  }

  #open(isArray: boolean, index: number): void {
    const isWanted = isArray && !this.#found && this.#isAtPath();
    this.#stack.push({ isArray, key: undefined });
    this.#expectsKey = !isArray;
    if (!isWanted) return;
    this.#found = true;
    this.#depthOfArray = this.#stack.length - 1;
    this.#kept = "";
    this.#keepFrom = index + 1;
  }

  #close(chunk: string, index: number, isArray: boolean): void {
    if (this.#stack.at(-1)?.isArray !== isArray) throw notJson("a bracket closes nothing");
    if (this.#stack.length - 1 === this.#depthOfArray) {
      this.#element(chunk, index);
      this.#depthOfArray = -1;
    }
    this.#stack.pop();
    this.#closed = this.#stack.length === 0;
    this.#expectsKey = false;
  }

  #isAtPath(): boolean {
    const { path } = this.#options;
    return (
      this.#stack.length === path.length &&
      path.every((key, depth) => {
        const container = this.#stack[depth];
        return container !== undefined && !container.isArray && container.key === key;
      })
    );
  }

  #element(chunk: string, end: number): void {
    this.#keep(chunk, end);
    this.#keepFrom = end + 1;
    const text = this.#kept;
    this.#kept = "";
    if (text.trim() !== "") this.#items.push(parsed(text));
  }

  #keep(chunk: string, end: number): void {
    if (this.#found && this.#depthOfArray === -1) return;
    this.#kept += chunk.slice(this.#keepFrom, end);
    this.#keepFrom = end;
    if (this.#kept.length <= this.#options.maxItemBytes) return;
    throw new TerminalError(
      "io",
      "ITEM_TOO_LONG",
      `one item of the tool's output is over ${this.#options.maxItemBytes} bytes; ask the tool for less`,
    );
  }
}

function keyText(raw: string): string {
  return raw.includes("\\")
    ? String(parsed(`"${raw}"`))
    : Buffer.from(raw, "latin1").toString("utf8");
}

/** Of bytes that are one JSON value. */
function parsed(bytes: string): unknown {
  try {
    return parseExactJson(Buffer.from(bytes, "latin1").toString("utf8"));
  } catch (cause) {
    throw notJson(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notJson(why: string, cause?: unknown): TerminalError {
  return new TerminalError("io", "OUTPUT_NOT_JSON", `the tool's output is not JSON: ${why}`, {
    cause,
  });
}
