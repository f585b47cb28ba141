import type { ErrorBody, ErrorCategory, Line } from "@aomori/protocol";
import { UserError, errorBody } from "@aomori/protocol";
import { isRecord } from "../records.ts";

export type RequestId = string | number;

export interface RpcRequest {
  readonly kind: "request";
  readonly id: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface RpcNotification {
  readonly kind: "notification";
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A line that is no message; `id` where one could be read, so that somebody gets the answer. */
interface RpcMisfit {
  readonly kind: "misfit";
  readonly id: RequestId | null;
  readonly code: number;
  readonly error: ErrorBody;
}

export type RpcMessage = RpcRequest | RpcNotification | RpcMisfit | { readonly kind: "answer" };

/** Codes of JSON-RPC 2.0 §5.1, and two that other protocols over it have made common. */
export const rpcCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  notInitialized: -32_002,
  cancelled: -32_800,
} as const;

/** Our choice: -32000 minus the exit status of the category, within the range servers may use. */
const categoryCodes: Readonly<Record<ErrorCategory, number>> = {
  usage: rpcCodes.invalidParams,
  validation: rpcCodes.invalidParams,
  internal: rpcCodes.internal,
  cancelled: rpcCodes.cancelled,
  partial: -32_001,
  timeout: -32_024,
  not_found: -32_066,
  conflict: -32_073,
  io: -32_074,
  temporary: -32_075,
  rate_limited: -32_076,
  authn: -32_077,
  authz: -32_079,
  config: -32_078,
};

/** The error object of an answer: AOI's error travels in `data`, beside whatever belongs to it. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly error: ErrorBody; readonly [field: string]: unknown };
}

export function rpcError(error: ErrorBody, data: Readonly<Record<string, unknown>> = {}): RpcError {
  return {
    code: categoryCodes[error.category],
    message: error.message,
    data: { ...data, error },
  };
}

/** An error that is to be answered with a code of its own. */
export class RpcFailure extends Error {
  override readonly name = "RpcFailure";
  readonly error: RpcError;

  constructor(error: RpcError) {
    super(error.message);
    this.error = error;
  }
}

export function usageFailure(code: number, name: string, message: string): RpcFailure {
  return new RpcFailure({ ...rpcError(errorBody(new UserError("usage", name, message))), code });
}

/** Reads one line: one message, no batches. Never throws. */
export function parseMessage(line: Line, maxLineBytes: number): RpcMessage {
  if (line.text === undefined) {
    const what =
      line.problem === "too-long"
        ? `is over ${maxLineBytes} bytes and was skipped`
        : "is not UTF-8";
    return misfit(null, rpcCodes.parse, "MALFORMED_MESSAGE", `line ${line.number} ${what}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : String(error);
    const message = `line ${line.number} is not JSON (${why.slice(0, 200)}); write one message a line`;
    return misfit(null, rpcCodes.parse, "MALFORMED_MESSAGE", message);
  }
  return messageOf(value, line.number);
}

function messageOf(value: unknown, line: number): RpcMessage {
  const invalid = (what: string, id: RequestId | null = null): RpcMisfit =>
    misfit(id, rpcCodes.invalidRequest, "INVALID_MESSAGE", `line ${line} ${what}`);
  if (Array.isArray(value)) return invalid("is a batch; write one message a line");
  if (!isRecord(value)) return invalid("is no JSON-RPC message");
  const { jsonrpc, id = null, method, params = {} } = value;
  const known = typeof id === "string" || Number.isSafeInteger(id) ? toId(id) : null;
  if (jsonrpc !== "2.0") return invalid('needs "jsonrpc": "2.0"', known);
  if (method === undefined && ("result" in value || "error" in value)) return { kind: "answer" };
  if (typeof method !== "string") return invalid("needs a method", known);
  if (!isRecord(params)) return invalid("has params that are no object: give them by name", known);
  if (!("id" in value)) return { kind: "notification", method, params };
  if (known === null) return invalid("has an id that is neither a string nor an integer");
  return { kind: "request", id: known, method, params };
}

function toId(id: unknown): RequestId {
  return typeof id === "number" ? id : String(id);
}

function misfit(id: RequestId | null, code: number, name: string, message: string): RpcMisfit {
  return { kind: "misfit", id, code, error: errorBody(new UserError("usage", name, message)) };
}
