import { isCodedError } from "@aomori/protocol";
import { createNodeTransport } from "@aomori/sdk/node";
import { send } from "@aomori/sdk/wire";
import type { HomeLayout } from "@aomori/system";
import { readServerInfo } from "@aomori/system";
import { bindings } from "../derived/bindings.ts";
import { fieldsOf } from "../wire/fields.ts";
import type { ServerRequest } from "./local-server.ts";
import { localUrl } from "./local-server.ts";

export interface ServerState {
  /** `unknown`: a process is there and does not answer. */
  readonly status: "stopped" | "ready" | "draining" | "unknown";
  readonly url: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly store: string | null;
  readonly started_at: string | null;
  readonly home: string;
  readonly log_file: string;
}

/** What can be said of the local server now; starts nothing. */
export async function serverState(
  layout: HomeLayout,
  { signal }: ServerRequest,
): Promise<ServerState> {
  const where = { home: layout.home, log_file: layout.serverLogFile };
  const info = await readServerInfo(layout.serverInfoFile);
  if (info === undefined) {
    return {
      status: "stopped",
      url: null,
      pid: null,
      version: null,
      store: null,
      started_at: null,
      ...where,
    };
  }
  const baseUrl = localUrl(info);
  const known = {
    url: baseUrl,
    pid: info.pid,
    version: info.version,
    started_at: info.startedAt,
    ...where,
  };
  const endpoint = { baseUrl, transport: createNodeTransport(), maxRetries: 0, timeoutMs: 5000 };
  try {
    const health = fieldsOf(
      await send(endpoint, { operation: bindings["system.health"], input: {}, signal }),
    );
    const status = health["status"] === "draining" ? "draining" : "ready";
    return { status, store: String(health["store"]), ...known };
  } catch (error) {
    signal.throwIfAborted();
    if (!isCodedError(error)) throw error;
    return { status: "unknown", store: null, ...known };
  }
}
