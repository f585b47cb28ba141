import { sanitizeForTerminal } from "@aomori/protocol";
import type { Paint } from "./paint.ts";
import { isRecord } from "./records.ts";
import { padEnd, textWidth, truncate } from "./text-width.ts";

export interface TableOptions {
  /** Rows are cut to this; not at all when absent. */
  readonly maxWidth?: number | undefined;
  readonly paint: Paint;
}

const gap = 2;
const minColumnWidth = 8;

/** Rows under a header, aligned; `columns` are field paths (`agent.id`). Ends in a newline; empty for no rows. */
export function renderTable(
  columns: readonly string[],
  rows: readonly unknown[],
  { maxWidth, paint }: TableOptions,
): string {
  if (rows.length === 0 || columns.length === 0) return "";
  const header = columns.map((column) => column.replaceAll(/[_.]/g, " ").toUpperCase());
  const cells = rows.map((row) => columns.map((column) => cellText(fieldAt(row, column))));
  const widths = fit(
    columns.map((_, index) =>
      Math.max(...[header, ...cells].map((row) => textWidth(row[index] ?? ""))),
    ),
    maxWidth,
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const shown = truncate(cell, width);
        return index === row.length - 1 ? shown : padEnd(shown, width + gap);
      })
      .join("")
      .trimEnd();
  return [paint.bold(line(header)), ...cells.map(line)].map((text) => `${text}\n`).join("");
}

/** One field per line, names aligned; nested values indented below theirs. */
export function renderFields(value: unknown, { paint }: TableOptions): string {
  if (!isRecord(value)) return `${cellText(value)}\n`;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => textWidth(name)));
  const lines = entries.flatMap(([name, field]) => {
    const label = sanitizeForTerminal(name, { singleLine: true });
    const [first = "", ...more] = fieldLines(field);
    return [`${paint.bold(padEnd(label, width))}  ${first}`.trimEnd(), ...more];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Columns for items no command named any for: their first scalar fields. */
export function guessColumns(items: readonly unknown[]): string[] {
  const first = items.find(isRecord) ?? {};
  const scalars = Object.entries(first).filter(([, value]) => !isRecord(value));
  return scalars.slice(0, 6).map(([name]) => name);
}

/** A value in one line; text from outside is stripped of control characters. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return sanitizeForTerminal(value, { singleLine: true });
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return value.map(cellText).join(", ");
  }
  return cellText(JSON.stringify(value) ?? "");
}

function fieldLines(value: unknown): string[] {
  if (typeof value === "string") {
    const lines = sanitizeForTerminal(value).split("\n");
    return lines.length === 1 ? lines : ["", ...lines.map((line) => `  ${line}`)];
  }
  if (Array.isArray(value) && value.some(isRecord)) {
    return ["", ...value.map((item) => `  - ${inline(item)}`)];
  }
  return [isRecord(value) ? inline(value) : cellText(value)];
}

function inline(value: unknown): string {
  if (!isRecord(value)) return cellText(value);
  return Object.entries(value)
    .map(([name, field]) => `${cellText(name)}: ${cellText(field)}`)
    .join("  ");
}

function fieldAt(row: unknown, path: string): unknown {
  let value = row;
  for (const name of path.split(".")) value = isRecord(value) ? value[name] : undefined;
  return value;
}

/** Takes from the widest column until the row fits; no column falls below 8. */
function fit(natural: readonly number[], maxWidth: number | undefined): number[] {
  const widths = [...natural];
  if (maxWidth === undefined) return widths;
  const budget = maxWidth - gap * (widths.length - 1);
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - budget; excess > 0;) {
    const widest = Math.max(...widths);
    if (widest <= minColumnWidth) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}
