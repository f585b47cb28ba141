/**
 * A validator of JSON (RFC 8259) that works on the bytes as they came and makes nothing of them. It looks at no length:
 * the text must be UTF-8 and must be followed by a newline, which is no white space here and so ends whatever is not finished.
 */

export const newline = 0x0a;
export const quote = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
const colon = 0x3a;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;

/** 1 for what stands for itself in a string: everything but control characters, the quote and the backslash. */
const isOrdinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== quote && byte !== backslash ? 1 : 0,
);
/** 1 for what may follow a backslash alone. */
const isEscape = tableOf('"\\/bfnrt');
const isHex = tableOf("0123456789abcdefABCDEF");

/** So many brackets are remembered in one number. */
const wordDepth = 32;

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= zero && byte <= zero + 9;

export function afterSpace(bytes: Uint8Array, at: number): number {
  let end = at;
  for (;;) {
    const byte = bytes[end];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return end;
    end += 1;
  }
}

/** The position after a string whose first quote is at `at`; -1 when it is none. */
export function afterString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return -1;
  let end = at + 1;
  for (;;) {
    let byte = bytes[end] ?? 0;
    while (isOrdinary[byte] === 1) {
      end += 1;
      byte = bytes[end] ?? 0;
    }
    if (byte === quote) return end + 1;
    if (byte !== backslash) return -1;
    end = afterEscape(bytes, end);
    if (end === -1) return -1;
  }
}

function afterEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at + 1] ?? 0;
  if (isEscape[byte] === 1) return at + 2;
  if (byte !== 0x75) return -1;
  for (let digit = at + 2; digit < at + 6; digit += 1) {
    if (isHex[bytes[digit] ?? 0] !== 1) return -1;
  }
  return at + 6;
}

function afterDigits(bytes: Uint8Array, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end += 1;
  return end === at ? -1 : end;
}

function afterNumber(bytes: Uint8Array, at: number): number {
  let end = bytes[at] === minus ? at + 1 : at;
  end = bytes[end] === zero ? end + 1 : afterDigits(bytes, end);
  if (end !== -1 && bytes[end] === point) end = afterDigits(bytes, end + 1);
  const byte = end === -1 ? undefined : bytes[end];
  if (byte !== 0x65 && byte !== 0x45) return end;
  const sign = bytes[end + 1];
  return afterDigits(bytes, sign === plus || sign === minus ? end + 2 : end + 1);
}

function afterWord(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x74: // true
      return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65
        ? at + 4
        : -1;
    case 0x66: // false
      return bytes[at + 1] === 0x61 &&
        bytes[at + 2] === 0x6c &&
        bytes[at + 3] === 0x73 &&
        bytes[at + 4] === 0x65
        ? at + 5
        : -1;
    case 0x6e: // null
      return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c
        ? at + 4
        : -1;
    default:
      return -1;
  }
}

function afterScalar(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === quote) return afterString(bytes, at);
  if (byte === minus || isDigit(byte)) return afterNumber(bytes, at);
  return afterWord(bytes, at);
}

/** From a member's first quote to where its value begins; -1 when no name and colon stand there. */
export function afterName(bytes: Uint8Array, at: number): number {
  const end = afterString(bytes, at);
  if (end === -1) return -1;
  const separator = afterSpace(bytes, end);
  return bytes[separator] === colon ? afterSpace(bytes, separator + 1) : -1;
}

/** The position after the JSON value that begins at `at`; -1 when none does. */
export function afterValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  return first === openBrace || first === openBracket
    ? afterNested(bytes, at)
    : afterScalar(bytes, at);
}

/**
 * Written without recursion: a line of brackets alone must not overflow the stack. What is open is one bit a bracket, 1 for an object, the
 * innermost last; only deeper than 32 it takes memory.
 */
function afterNested(bytes: Uint8Array, start: number): number {
  let at = start;
  let depth = 0;
  let open = 0;
  const outer: number[] = [];
  for (;;) {
    const byte = bytes[at];
    if (byte === openBrace || byte === openBracket) {
      if (depth > 0 && depth % wordDepth === 0) outer.push(open);
      open = (open << 1) | (byte === openBrace ? 1 : 0);
      depth += 1;
      at = afterSpace(bytes, at + 1);
      if (bytes[at] !== (byte === openBrace ? closeBrace : closeBracket)) {
        if (byte === openBrace) at = afterName(bytes, at);
        if (at === -1) return -1;
        continue;
      }
    } else {
      at = afterScalar(bytes, at);
      if (at === -1) return -1;
      at = afterSpace(bytes, at);
    }
    // Behind a value, or at the bracket that closes an empty one.
    while (bytes[at] !== comma) {
      if (bytes[at] !== ((open & 1) === 1 ? closeBrace : closeBracket)) return -1;
      depth -= 1;
      if (depth === 0) return at + 1;
      open = depth % wordDepth === 0 ? (outer.pop() ?? 0) : open >>> 1;
      at = afterSpace(bytes, at + 1);
    }
    at = afterSpace(bytes, at + 1);
    if ((open & 1) === 1) at = afterName(bytes, at);
    if (at === -1) return -1;
  }
}
