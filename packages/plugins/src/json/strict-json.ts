import { printable, shown } from "../names/shown.ts";

/** How much of a file from outside is read at all. */
export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export type StrictJson =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "refused"; readonly why: string; readonly cause?: unknown };

/**
 * Parses JSON that two readers must understand alike: well-formed UTF-8 (a byte order mark is passed over), no name twice in
 * one object, no `__proto__`, and within the limits.
 */
export function parseStrictJson(content: string | Uint8Array, limits: JsonLimits): StrictJson {
  const sizeBytes = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
  if (sizeBytes > limits.maxBytes) {
    return refused(`it has ${sizeBytes} bytes, and ${limits.maxBytes} are the most`);
  }
  try {
    const text = typeof content === "string" ? content : decode(content);
    const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
    const value: unknown = JSON.parse(plain);
    const why = structureProblem(plain, limits.maxDepth);
    return why === undefined ? { kind: "value", value } : refused(why);
  } catch (error) {
    if (error instanceof SyntaxError)
      return refused(`it is not JSON: ${printable(error.message)}`, error);
    if (error instanceof TypeError) return refused("it is not UTF-8", error);
    throw error;
  }
}

function refused(why: string, cause?: unknown): StrictJson {
  return { kind: "refused", why, cause };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

interface Level {
  /** Names seen, for an object. */
  readonly names?: Set<string>;
  /** What is being read in it. */
  at: string | number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Walks the tokens of a text that is known to be JSON. */
function structureProblem(text: string, maxDepth: number): string | undefined {
  const levels: Level[] = [];
  let isName = false;
  for (const [found] of text.matchAll(token)) {
    const level = levels.at(-1);
    if (found === "{" || found === "[") {
      if (levels.length === maxDepth) {
        return `it is nested deeper than ${maxDepth} levels, at ${pathOf(levels)}`;
      }
      levels.push(found === "{" ? { names: new Set(), at: "" } : { at: 0 });
      isName = found === "{";
    } else if (found === "}" || found === "]") {
      levels.pop();
    } else if (found === ",") {
      isName = level?.names !== undefined;
      if (level !== undefined && typeof level.at === "number") level.at += 1;
    } else if (found.startsWith('"') && isName && level?.names !== undefined) {
      isName = false;
      const name = String(JSON.parse(found));
      level.at = name;
      if (name === "__proto__") return `it has a field __proto__, at ${pathOf(levels)}`;
      if (level.names.has(name)) return `it says ${pathOf(levels)} twice`;
      level.names.add(name);
    }
  }
  return undefined;
}

function pathOf(levels: readonly Level[]): string {
  return fieldPath(levels.map((level) => level.at));
}

/** `binaries.linux_x86_64`, `viewer_routes[2].path`. */
export function fieldPath(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === "number") return `${path}[${part}]`;
    const isPlain = typeof part === "string" && /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(part);
    if (!isPlain) return `${path}[${shown(String(part))}]`;
    return path === "" ? part : `${path}.${part}`;
  }, "");
}
