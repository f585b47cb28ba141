import type { CodedError } from "./errors.ts";
import { TerminalError, UserError, errorCategories } from "./errors.ts";
import type { StreamEvent } from "./events.ts";
import type { LineProblem } from "./line-splitter.ts";

const shownLength = 80;

export function malformedLine(text: string, line: number, cause: unknown): CodedError {
  const start = text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
  const what = cause === undefined ? "not an object with a string type" : "not JSON";
  const message = `line ${line} is ${what}: ${JSON.stringify(start)}`;
  return new UserError("validation", "MALFORMED_LINE", message, { cause, details: { line } });
}

export function brokenLine(problem: LineProblem, line: number, maxLineBytes: number): CodedError {
  const details = { line };
  return problem === "too-long"
    ? new UserError("validation", "LINE_TOO_LONG", `line ${line} is over ${maxLineBytes} bytes`, {
        details,
      })
    : new UserError("validation", "MALFORMED_LINE", `line ${line} is not UTF-8`, { details });
}

export function afterSummary(type: string, line: number, summaryLine: number): CodedError {
  const message = `line ${line} (${type.slice(0, shownLength)}) follows aoi:summary on line ${summaryLine}`;
  return new UserError("validation", "EVENT_AFTER_SUMMARY", message, { details: { line } });
}

export function mixedDialects(type: string, line: number, opened: string): CodedError {
  const message = `line ${line} is ${type.slice(0, shownLength)} in a stream that opened with ${opened}: its names are of one dialect, all with the prefix aoi: or all without`;
  return new UserError("validation", "MIXED_DIALECTS", message, { details: { line } });
}

export function withoutSummary(line: number): CodedError {
  return new TerminalError(
    "io",
    "STREAM_WITHOUT_SUMMARY",
    `the stream ended after line ${line} without aoi:summary: the tool that wrote it died or was cut off`,
    { details: { line } },
  );
}

/** Of the category of the first error of the stream, so that an exit status made of it tells the same. */
export function upstreamFailed(error: StreamEvent | undefined): CodedError {
  const category = errorCategories.find((known) => known === error?.["category"]) ?? "partial";
  const [code, message] = [error?.["code"], error?.["message"]];
  const why =
    typeof code === "string" && typeof message === "string" ? `: ${code}, ${message}` : "";
  const details = error === undefined ? {} : { code, retryable: error["retryable"] === true };
  const text = `the stream says that its tool failed${why}`;
  return new TerminalError(category, "UPSTREAM_FAILED", text, { details });
}
