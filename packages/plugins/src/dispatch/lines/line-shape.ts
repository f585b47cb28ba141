import {
  afterName,
  afterSpace,
  afterString,
  afterValue,
  backslash,
  closeBrace,
  comma,
  newline,
  openBrace,
  quote,
} from "./json-value.ts";

/**
 * What one line is, as positions in the bytes it came in; made once and filled for line after line.
 *
 * `notification`: its members are what stands from `start` to `cutStart` and from `cutEnd` to `end`, the type between left out.
 * `typed`: another JSON object with one `type` that is a string, from `start` to `end`, for whoever knows the type.
 * `text`: whatever else, also a valid scalar, an array, and an object with no or several types.
 */
export class LineShape {
  kind: "notification" | "typed" | "text" = "text";
  start = 0;
  end = 0;
  cutStart = 0;
  cutEnd = 0;
  /** After the line's newline. */
  next = 0;

  /** The line that begins at `lineStart`; a newline must follow somewhere, and the bytes must be UTF-8. */
  read(bytes: Uint8Array, lineStart: number): void {
    const first = afterSpace(bytes, lineStart);
    const after = bytes[first] === openBrace ? this.#readObject(bytes, first) : -1;
    const lineEnd = after === -1 ? -1 : afterSpace(bytes, after);
    if (lineEnd !== -1 && bytes[lineEnd] === newline) {
      this.next = lineEnd + 1;
      return;
    }
    this.kind = "text";
    this.start = lineStart;
    this.next = bytes.indexOf(newline, lineStart) + 1;
    this.end = this.next - 1;
  }

  /** The position after the object; -1 when it is no JSON or says no single type. */
  #readObject(bytes: Uint8Array, open: number): number {
    const inner = afterSpace(bytes, open + 1);
    let typeAt = -1;
    let memberCut = inner;
    for (let at = inner; ;) {
      const valueAt = afterName(bytes, at);
      if (valueAt === -1) return -1;
      const valueEnd = afterValue(bytes, valueAt);
      if (valueEnd === -1) return -1;
      const separator = afterSpace(bytes, valueEnd);
      const isLast = bytes[separator] === closeBrace;
      if (!isLast && bytes[separator] !== comma) return -1;
      if (isTypeName(bytes, at, valueAt)) {
        if (typeAt !== -1) return -1;
        typeAt = valueAt;
        this.cutStart = memberCut;
        this.cutEnd = this.#cutEnd(bytes, at === inner && !isLast, valueEnd, separator);
      }
      if (isLast) return this.#close(bytes, open, inner, typeAt, separator);
      memberCut = separator;
      at = afterSpace(bytes, separator + 1);
    }
  }

  /** A first member takes the comma behind it along; any other one that before it. */
  #cutEnd(bytes: Uint8Array, takesComma: boolean, valueEnd: number, separator: number): number {
    return takesComma ? afterSpace(bytes, separator + 1) : valueEnd;
  }

  #close(bytes: Uint8Array, open: number, inner: number, typeAt: number, brace: number): number {
    if (typeAt === -1 || bytes[typeAt] !== quote) return -1;
    if (isNotification(bytes, typeAt)) {
      this.kind = "notification";
      this.start = inner;
      this.end = brace;
    } else {
      this.kind = "typed";
      this.start = open;
      this.end = brace + 1;
    }
    return brace + 1;
  }
}

/** Whether the member's name, whose first quote is at `at`, is `type`, however it is written. */
function isTypeName(bytes: Uint8Array, at: number, valueAt: number): boolean {
  const first = bytes[at + 1];
  if (first !== 0x74 && first !== backslash) return false;
  const isPlain = bytes[at + 2] === 0x79 && bytes[at + 3] === 0x70 && bytes[at + 4] === 0x65;
  if (isPlain && bytes[at + 5] === quote) return true;
  return hasEscape(bytes, at, valueAt) && textAt(bytes, at) === "type";
}

const notification = Buffer.from('notification"');

function isNotification(bytes: Uint8Array, at: number): boolean {
  for (let offset = 0; offset < notification.length; offset += 1) {
    if (bytes[at + 1 + offset] === notification[offset]) continue;
    return hasEscape(bytes, at, afterString(bytes, at)) && textAt(bytes, at) === "notification";
  }
  return true;
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (bytes[at] === backslash) return true;
  return false;
}

/** Of a JSON string known to be one. */
function textAt(bytes: Uint8Array, at: number): unknown {
  return JSON.parse(Buffer.from(bytes.subarray(at, afterString(bytes, at))).toString());
}
