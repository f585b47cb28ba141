import type * as z from "zod";

export type Dialect = "anthropic" | "chat" | "responses";

/** A refusal as the imitated service would give it; turned into a body by `wireErrorBody`. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: {
      readonly param?: string | null;
      readonly code?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.param = options.param ?? null;
    this.code = options.code ?? null;
    this.headers = options.headers ?? {};
  }
}

/** Error types of the Messages API by status. */
const anthropicTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function openaiType(status: number): string {
  if (status === 429) return "requests";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** The JSON body of a refusal in the shape of the service that is imitated. */
export function wireErrorBody(dialect: Dialect, error: WireError, requestId: string): unknown {
  if (dialect === "anthropic") {
    const type =
      anthropicTypes[error.status] ?? (error.status >= 500 ? "api_error" : "invalid_request_error");
    return { type: "error", error: { type, message: error.message }, request_id: requestId };
  }
  return {
    error: {
      message: error.message,
      type: openaiType(error.status),
      param: error.param,
      code: error.code,
    },
  };
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

function bracketed(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}

/** A union reports one issue for all its branches; the deepest inner one says most. */
function deepest(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string } {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors
    .flat()
    .map(deepest)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (inner === undefined || inner.path.length === 0) return issue;
  return { path: [...issue.path, ...inner.path], message: inner.message };
}

/** The first thing wrong with a body, as status 400. */
export function refusalOf(dialect: Dialect, error: z.ZodError): WireError {
  const first = error.issues[0];
  if (first === undefined) return new WireError(400, "invalid request body");
  if (first.code === "unrecognized_keys") {
    const name = dotted([...first.path, first.keys[0] ?? ""]);
    return dialect === "anthropic"
      ? new WireError(400, `${name}: Extra inputs are not permitted`)
      : new WireError(400, `Unknown parameter: '${name}'.`, {
          param: name,
          code: "unknown_parameter",
        });
  }
  const { path, message } = deepest(first);
  if (dialect === "anthropic") return new WireError(400, `${dotted(path)}: ${message}`);
  const param = bracketed(path);
  return new WireError(400, `Invalid value for '${param}': ${message}.`, {
    param,
    code: "invalid_value",
  });
}
