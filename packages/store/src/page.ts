import { UserError } from "@aomori/protocol";

export interface PageRequest {
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** Where a page ended: the sort key of its last row. */
export type Position = readonly (string | number)[];

/** The first `limit` of rows read with `limit + 1`, and the cursor behind them when there was one more. */
export function pageOfRows<Row, Item>(
  rows: readonly Row[],
  limit: number,
  shape: { readonly item: (row: Row) => Item; readonly position: (row: Row) => Position },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(shape.item),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(shape.position(last)) : null,
  };
}

const cursorOf = (position: Position): string =>
  Buffer.from(JSON.stringify(position)).toString("base64url");

/** A cursor of a time and an id, for lists that are newest first. */
export function timeCursor(cursor: string | undefined): { at: string; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [at, id] = readCursor(cursor);
  if (typeof at !== "string" || Number.isNaN(Date.parse(at)) || typeof id !== "string") {
    throw invalid(cursor);
  }
  return { at, id };
}

/** A cursor of one number, for lists that are numbered. */
export function numberCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const [value] = readCursor(cursor);
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw invalid(cursor);
  return value;
}

/** A cursor of an agent's start, its id and a position in its trajectory. */
export function stepCursor(
  cursor: string | undefined,
): { at: string; id: string; position: number } | undefined {
  const agent = timeCursor(cursor);
  if (cursor === undefined || agent === undefined) return undefined;
  const position = readCursor(cursor)[2];
  if (typeof position !== "number" || !Number.isSafeInteger(position)) throw invalid(cursor);
  return { ...agent, position };
}

function readCursor(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid(cursor);
}

function invalid(cursor: string): UserError {
  return new UserError(
    "validation",
    "CURSOR_INVALID",
    `cursor ${JSON.stringify(cursor)} is not one this list gave out; start again without a cursor`,
  );
}
