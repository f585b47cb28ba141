import { UserError, errorBody } from "@aomori/protocol";
import { isRecord } from "../records.ts";
import type { RequestId } from "./message.ts";
import { RpcFailure, rpcError } from "./message.ts";

/** The revision without a handshake: every request names its version in `_meta`. */
export const modernVersion = "2026-07-28";

/** Revisions with the `initialize` handshake, newest first. */
const handshakeVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

/** The version asked for when it is spoken here, the newest otherwise: the client decides then. */
export function negotiatedVersion(asked: unknown): string {
  return handshakeVersions.find((version) => version === asked) ?? handshakeVersions[0];
}

export interface RequestMeta {
  readonly isModern: boolean;
  /** Where the client wants to be told of progress. */
  readonly progressToken: RequestId | undefined;
}

/** Throws for a request of a revision that is not spoken here, with those that are. */
export function readMeta(params: Readonly<Record<string, unknown>>): RequestMeta {
  const meta = isRecord(params["_meta"]) ? params["_meta"] : {};
  const token = meta["progressToken"];
  const asked = meta["io.modelcontextprotocol/protocolVersion"];
  if (asked !== undefined && asked !== modernVersion) throw unsupported(asked);
  return {
    isModern: asked === modernVersion,
    progressToken: typeof token === "string" || typeof token === "number" ? token : undefined,
  };
}

/** The error of MCP 2026-07-28 for this, which has a code and fields of its own. */
function unsupported(requested: unknown): RpcFailure {
  const message = `MCP ${JSON.stringify(requested)} is not spoken here; ${modernVersion} is, and initialize for older ones`;
  const body = errorBody(new UserError("usage", "UNSUPPORTED_VERSION", message));
  const error = rpcError(body, { supported: [modernVersion], requested });
  return new RpcFailure({ ...error, code: -32_022 });
}

/** A result with what the modern revision asks for beside it. Nothing is worth caching: a program may change. */
export function stamped(
  { isModern }: RequestMeta,
  server: Readonly<Record<string, unknown>>,
  result: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!isModern) return result;
  const isCall = "content" in result;
  return {
    ...result,
    resultType: "complete",
    ...(isCall ? {} : { ttlMs: 0, cacheScope: "private" }),
    _meta: { "io.modelcontextprotocol/serverInfo": server },
  };
}
