import { UserError } from "@aomori/protocol";

/** Where a page ended: how many records lie before, and what the last one was, so that a changed list is noticed. */
export interface Position {
  readonly skip: number;
  readonly lastDigest: string;
}

const version = 1;

/** Opaque text of a position; it fits only the same tool and arguments. */
export function positionCursor(position: Position, request: readonly string[]): string {
  return encode(["p", position.skip, position.lastDigest, digestOf(request)]);
}

/** Opaque text of a value the tool itself goes on from. */
export function fieldCursor(value: string, request: readonly string[]): string {
  return encode(["f", value, digestOf(request)]);
}

export type Cursor =
  | { readonly kind: "position"; readonly position: Position }
  | { readonly kind: "field"; readonly value: string };

/** Throws INVALID_CURSOR for what is no cursor of this tool with these arguments. */
export function parseCursor(text: string, request: readonly string[]): Cursor {
  const [kind, first, second, third] = decode(text);
  const digest = digestOf(request);
  if (
    kind === "p" &&
    Number.isSafeInteger(first) &&
    Number(first) > 0 &&
    typeof second === "string"
  ) {
    if (third === digest)
      return { kind: "position", position: { skip: Number(first), lastDigest: second } };
  } else if (kind === "f" && typeof first === "string") {
    if (second === digest) return { kind: "field", value: first };
  } else {
    throw invalid("it is no cursor of machinemode");
  }
  throw invalid("it belongs to another tool or other arguments");
}

export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? `${item}n` : item,
  );
  // Loaded here, because most runs have no pages.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

function encode(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([version, ...parts])).toString("base64url");
}

function decode(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (Array.isArray(value) && value[0] === version) return value.slice(1);
  } catch (cause) {
    throw invalid("it cannot be read", cause);
  }
  throw invalid("it cannot be read");
}

function invalid(why: string, cause?: unknown): UserError {
  return new UserError(
    "validation",
    "INVALID_CURSOR",
    `--cursor: ${why}; take next_cursor of the page before, with the same arguments`,
    { cause },
  );
}
