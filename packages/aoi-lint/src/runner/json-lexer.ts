/** What `JSON.parse` hides about a line it accepts. */
export interface JsonShape {
  /** No whitespace between tokens. */
  readonly isCompact: boolean;
  /** Keys that occur twice in one object, in order. */
  readonly duplicateKeys: readonly string[];
  /** Integers a double cannot hold exactly, as written. */
  readonly unsafeIntegers: readonly string[];
}

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|[a-z]+|\s+/g;

interface Level {
  /** Undefined inside an array. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
}

/** Looks at the tokens of text that `JSON.parse` has accepted. */
export function inspectJson(text: string): JsonShape {
  const duplicateKeys: string[] = [];
  const unsafeIntegers: string[] = [];
  const levels: Level[] = [];
  let isCompact = true;
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1);
    const first = part.charAt(0);
    if (first === "{") levels.push({ keys: new Set(), expectsKey: true });
    else if (first === "[") levels.push({ keys: undefined, expectsKey: false });
    else if (first === "}" || first === "]") levels.pop();
    else if (first === ",") {
      if (level?.keys !== undefined) level.expectsKey = true;
    } else if (first === '"') {
      if (level?.keys !== undefined && level.expectsKey) {
        if (level.keys.has(part)) duplicateKeys.push(part);
        level.keys.add(part);
        level.expectsKey = false;
      }
    } else if (/^\s/.test(first)) isCompact = false;
    else if (isUnsafeInteger(part)) unsafeIntegers.push(part);
  }
  return { isCompact, duplicateKeys, unsafeIntegers };
}

function isUnsafeInteger(part: string): boolean {
  return /^-?\d{16,}$/.test(part) && !Number.isSafeInteger(Number(part));
}
