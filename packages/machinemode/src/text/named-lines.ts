import { TerminalError } from "@aomori/protocol";
import type { ByteString } from "../byte-text.ts";

const maxLength = 64 * 1024 * 1024;

export interface NamedLine {
  readonly name: ByteString;
  /** Without its newline; empty where there is only a name. */
  readonly line: ByteString;
}

/** Reads `name NUL line newline`, as `grep -Z` writes it: a name may hold a newline, a line may hold a NUL. */
export class NamedLines {
  readonly #hasLines: boolean;
  #rest = "";

  constructor(hasLines: boolean) {
    this.#hasLines = hasLines;
  }

  add(chunk: ByteString): readonly NamedLine[] {
    const text = this.#rest + chunk;
    const found: NamedLine[] = [];
    let from = 0;
    for (;;) {
      const nameEnd = text.indexOf("\0", from);
      const lineEnd = nameEnd === -1 ? -1 : this.#hasLines ? text.indexOf("\n", nameEnd) : nameEnd;
      if (lineEnd === -1) break;
      found.push({ name: text.slice(from, nameEnd), line: text.slice(nameEnd + 1, lineEnd) });
      from = lineEnd + 1;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > maxLength) {
      throw new TerminalError(
        "io",
        "LINE_TOO_LONG",
        `a line of the tool's output is over ${maxLength} bytes`,
      );
    }
    return found;
  }

  /** What is left when nothing more comes; undefined where all was whole. */
  end(): ByteString | undefined {
    return this.#rest === "" ? undefined : this.#rest;
  }
}
