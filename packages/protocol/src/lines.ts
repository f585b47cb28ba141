import type { LineProblem } from "./line-splitter.ts";
import { LineSplitter } from "./line-splitter.ts";

/** One line of a byte stream: its text, or why it has none. Numbers start at 1. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly text?: undefined; readonly problem: LineProblem };

/**
 * Splits bytes into lines without ever holding more than one line and one chunk. A line over the cap is
 * skipped to its end and told as `too-long`. A last line without a newline counts; CR before LF is dropped.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array | string>,
  maxLineBytes: number,
): AsyncGenerator<Line, void, undefined> {
  const splitter = new LineSplitter(maxLineBytes);
  const encoder = new TextEncoder();
  for await (const piece of source) {
    splitter.add(typeof piece === "string" ? encoder.encode(piece) : piece);
    for (let line = splitter.take(); line !== undefined; line = splitter.take()) {
      yield numbered(line, splitter.number);
    }
  }
  const last = splitter.finish();
  if (last !== undefined) yield numbered(last, splitter.number);
}

function numbered(line: string | { readonly problem: LineProblem }, number: number): Line {
  if (typeof line !== "string") return { number, problem: line.problem };
  return { number, text: line.endsWith("\r") ? line.slice(0, -1) : line };
}
