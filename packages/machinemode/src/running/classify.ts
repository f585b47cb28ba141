import type { CodedError, ErrorCategory } from "@aomori/protocol";
import { RetryableError, TerminalError, UserError, exitCodes } from "@aomori/protocol";
import type { ErrorKind, ErrorTable } from "../adapter.ts";
import { clip } from "../byte-text.ts";

/** Messages that mean the same wherever they come from. Tools run with LC_ALL=C.UTF-8, so they are in English. */
const common: readonly (readonly [RegExp, ErrorCategory, string])[] = [
  [/No such file or directory/, "not_found", "NOT_FOUND"],
  [/Permission denied|Operation not permitted/, "authz", "PERMISSION_DENIED"],
  [
    /unrecognized option|unrecognized: -|invalid option|unknown (?:option|flag|switch|shorthand flag|command)/i,
    "usage",
    "BAD_ARGUMENT",
  ],
  [
    /missing operand|requires an argument|option .* requires|extra operand/i,
    "usage",
    "BAD_ARGUMENT",
  ],
  [/Not a directory|Is a directory/, "validation", "WRONG_KIND_OF_FILE"],
  [/File exists|Directory not empty/, "conflict", "ALREADY_EXISTS"],
  [/No space left on device|Disk quota exceeded/, "io", "DISK_FULL"],
  [/Read-only file system|Input\/output error|Too many open files/, "io", "IO_FAILED"],
  [
    /Connection refused|Network is unreachable|No route to host|Could not resolve|Temporary failure in name resolution|Connection reset/i,
    "temporary",
    "UNREACHABLE",
  ],
  [
    /Cannot connect to the Docker daemon|Failed to connect to bus|connection to the server .* was refused/i,
    "temporary",
    "UNREACHABLE",
  ],
  [/timed out/i, "timeout", "TIMEOUT"],
];

/** Which failure a line of standard error tells of, if any. */
export function stderrKind(line: string, table: ErrorTable): ErrorKind | undefined {
  const own = table.stderr.find((rule) => rule.matches(line));
  if (own !== undefined) return { category: own.category, code: own.code };
  const found = common.find(([pattern]) => pattern.test(line));
  return found === undefined ? undefined : { category: found[1], code: found[2] };
}

export function toolError(
  kind: ErrorKind,
  message: string,
  details: Readonly<Record<string, unknown>>,
): CodedError {
  const { category, code } = kind;
  const retryable =
    category === "temporary" || category === "timeout" || category === "rate_limited";
  if (retryable)
    return new RetryableError(category, code, message, { details, retryAfterMs: 1000 });
  const Kind = category === "internal" || category === "io" ? TerminalError : UserError;
  return new Kind(category, code, message, { details });
}

const bySysexit = new Map<number, ErrorCategory>(
  Object.entries(exitCodes).flatMap(([category, status]): [number, ErrorCategory][] =>
    isSysexit(category, status) ? [[status, category]] : [],
  ),
);

function isSysexit(category: string, status: number): category is ErrorCategory {
  return status >= 64 && status <= 78 && !["authn", "rate_limited"].includes(category);
}

/** What an exit status other than 0 says on its own; `ok` where it is an ordinary end. */
export function exitKind(status: number, table: ErrorTable): ErrorKind | "ok" {
  const own = table.exit[String(status)];
  if (own !== undefined) return own;
  if (status === 124) return { category: "timeout", code: "TOOL_TIMED_OUT" };
  if (status === 126) return { category: "authz", code: "NOT_EXECUTABLE" };
  if (status === 127) return { category: "not_found", code: "COMMAND_NOT_FOUND" };
  return { category: bySysexit.get(status) ?? "internal", code: "TOOL_FAILED" };
}

/** The error of a tool that ended badly and said nothing that is understood. */
export function exitError(
  program: string,
  status: number,
  kind: ErrorKind,
  lastWords: string,
): CodedError {
  const said =
    lastWords === "" ? "and said nothing" : `saying ${JSON.stringify(clip(lastWords, 300))}`;
  return toolError(kind, `${program} ended with status ${status}, ${said}`, {
    exit_status: status,
  });
}

export function signalError(program: string, signal: string): CodedError {
  return new TerminalError(
    "internal",
    "TOOL_KILLED",
    `${program} was killed by ${signal}; its output may be cut short`,
    {
      details: { signal },
    },
  );
}
