import type { CodedError } from "./errors.ts";
import { RetryableError, TerminalError, UserError, isCodedError } from "./errors.ts";
import type { StreamEvent, SummaryEvent } from "./events.ts";

/** How a tool ended, with the end of what it said on standard error. */
export interface ToolEnding {
  readonly name: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  readonly stderrTruncated: boolean;
}

export interface ToolResult {
  readonly exitCode: number;
  /** A tool that dies of a signal is an error, never a result. */
  readonly signal: undefined;
  readonly summary: SummaryEvent;
  readonly stderr: string;
  readonly stderrTruncated: boolean;
}

export interface VerdictOptions {
  readonly requireOk?: boolean;
  readonly exitFollowsSummary?: boolean;
}

const toldStderrLength = 2000;

/** The result of a tool whose stream was read to its summary; throws when it is not one to rely on. */
export function judgeTool(
  ending: ToolEnding,
  event: StreamEvent | undefined,
  upstream: CodedError | undefined,
  { requireOk = true, exitFollowsSummary = true }: VerdictOptions,
): ToolResult {
  const { name, exitCode, stderr, stderrTruncated } = ending;
  if (exitCode === undefined) throw killed(ending);
  const summary = parseSummary(event);
  if (summary === undefined) throw malformedSummary(ending);
  if (exitFollowsSummary && summary.ok !== (exitCode === 0)) {
    throw new TerminalError(
      "internal",
      "EXIT_DISAGREES",
      `${name} ended with status ${exitCode} after a summary with ok: ${summary.ok}; one of them is wrong`,
      { details: { ...detailsOf(ending), ok: summary.ok } },
    );
  }
  if (requireOk && upstream !== undefined) throw failed(ending, upstream);
  return { exitCode, signal: undefined, summary, stderr, stderrTruncated };
}

/** What a caller is told when the stream of a tool could not be read to its end. */
export function explainTool(ending: ToolEnding, error: unknown): unknown {
  if (!isCodedError(error)) return error;
  if (error.code === "STREAM_WITHOUT_SUMMARY" && ending.exitCode === undefined)
    return killed(ending);
  const message = `${ending.name}: ${error.message} (${statusOf(ending)}${heard(ending)})`;
  const options = { cause: error, details: { ...error.details, ...detailsOf(ending) } };
  if (error instanceof RetryableError) {
    return new RetryableError(error.category, error.code, message, options);
  }
  return error instanceof UserError
    ? new UserError(error.category, error.code, message, options)
    : new TerminalError(error.category, error.code, message, options);
}

function malformedSummary(ending: ToolEnding): CodedError {
  return new TerminalError(
    "validation",
    "MALFORMED_SUMMARY",
    `the aoi:summary of ${ending.name} lacks a boolean ok or a number count; it is a bug in that tool`,
    { details: detailsOf(ending) },
  );
}

/** The summary as its type says, or undefined when it lies about its own shape. */
function parseSummary(event: StreamEvent | undefined): SummaryEvent | undefined {
  if (event === undefined) return undefined;
  const { ok, count } = { ok: event["ok"], count: event["count"] };
  if (typeof ok !== "boolean" || typeof count !== "number") return undefined;
  return { ...event, type: "aoi:summary", ok, count };
}

function killed(ending: ToolEnding): CodedError {
  return new TerminalError(
    "internal",
    "TOOL_KILLED",
    `${ending.name} was killed by ${ending.signal ?? "a signal"}; what it wrote is not whole${heard(ending)}`,
    { details: detailsOf(ending) },
  );
}

function failed(ending: ToolEnding, upstream: CodedError): CodedError {
  return new TerminalError(
    upstream.category,
    "TOOL_FAILED",
    `${ending.name} failed (${statusOf(ending)}): ${upstream.message}`,
    { cause: upstream, details: { ...upstream.details, ...detailsOf(ending) } },
  );
}

const statusOf = ({ exitCode, signal }: ToolEnding): string =>
  exitCode === undefined ? `killed by ${signal}` : `status ${exitCode}`;

function heard({ stderr }: ToolEnding): string {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? "" : `; its last words: ${last.slice(0, 200)}`;
}

function detailsOf({ exitCode, signal, stderr }: ToolEnding): Record<string, unknown> {
  return {
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(stderr === "" ? {} : { stderr: stderr.slice(-toldStderrLength) }),
  };
}
