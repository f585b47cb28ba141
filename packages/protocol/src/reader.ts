import type { CodedError } from "./errors.ts";
import { TerminalError, UserError } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import { readLines } from "./lines.ts";

export interface ReadOptions {
  /** A longer line is malformed; 8 MiB when absent. Memory stays within a few times this. */
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
  /** Called with each malformed line, which is then skipped; without it the first one is thrown. */
  readonly onMalformed?: (error: CodedError) => void;
}

const legacyTypes: ReadonlySet<string> = new Set([
  "meta",
  "summary",
  "error",
  "warning",
  "check",
  "plan",
  "progress",
  "heartbeat",
  "artifact",
]);

/**
 * Reads an AOI stream event by event, in order; unknown types are kept.
 *
 * A stream that opens with the older un-prefixed `meta` is read as if its names were prefixed.
 * Throws `MALFORMED_LINE` and `LINE_TOO_LONG` (validation, with `details.line`), `STREAM_WITHOUT_SUMMARY`
 * (io) when the input ends early, and `EVENT_AFTER_SUMMARY` (validation).
 */
export async function* readEvents(
  source: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const { maxLineBytes = 8 * 1024 * 1024, signal, onMalformed } = options;
  const malformed = (error: CodedError): undefined => {
    if (onMalformed === undefined) throw error;
    onMalformed(error);
  };
  let first = true;
  let legacy = false;
  let summaryLine: number | undefined;
  let lineNumber = 0;
  for await (const line of readLines(source, maxLineBytes)) {
    signal?.throwIfAborted();
    lineNumber = line.number;
    if (line.text?.trim() === "") continue;
    const event =
      line.text === undefined
        ? malformed(lineError(line, maxLineBytes))
        : parseEvent(line.text, lineNumber, malformed);
    if (event === undefined) continue;
    if (summaryLine !== undefined) {
      malformed(afterSummary(event, lineNumber, summaryLine));
      continue;
    }
    if (first) legacy = event.type === "meta" && "aoi_version" in event;
    first = false;
    const known =
      legacy && legacyTypes.has(event.type) ? { ...event, type: `aoi:${event.type}` } : event;
    if (known.type === "aoi:summary") summaryLine = lineNumber;
    yield known;
  }
  if (summaryLine === undefined) {
    throw new TerminalError(
      "io",
      "STREAM_WITHOUT_SUMMARY",
      `the stream ended after line ${lineNumber} without aoi:summary: the tool that wrote it died or was cut off`,
      { details: { line: lineNumber } },
    );
  }
}

function parseEvent(
  text: string,
  line: number,
  malformed: (error: CodedError) => undefined,
): StreamEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isEvent(value)) return value;
  } catch (cause) {
    return malformed(malformedLine(text, line, cause));
  }
  return malformed(malformedLine(text, line, undefined));
}

function isEvent(value: unknown): value is StreamEvent {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

function malformedLine(text: string, line: number, cause: unknown): CodedError {
  const start = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const what = cause === undefined ? "not an object with a string type" : "not JSON";
  return new UserError(
    "validation",
    "MALFORMED_LINE",
    `line ${line} is ${what}: ${JSON.stringify(start)}`,
    { cause, details: { line } },
  );
}

function lineError(
  line: { readonly number: number; readonly problem: "too-long" | "not-utf8" },
  maxLineBytes: number,
): CodedError {
  const details = { line: line.number };
  return line.problem === "too-long"
    ? new UserError(
        "validation",
        "LINE_TOO_LONG",
        `line ${line.number} is over ${maxLineBytes} bytes`,
        { details },
      )
    : new UserError("validation", "MALFORMED_LINE", `line ${line.number} is not UTF-8`, {
        details,
      });
}

function afterSummary(event: StreamEvent, line: number, summaryLine: number): CodedError {
  return new UserError(
    "validation",
    "EVENT_AFTER_SUMMARY",
    `line ${line} (${event.type.slice(0, 80)}) follows aoi:summary on line ${summaryLine}`,
    { details: { line } },
  );
}
