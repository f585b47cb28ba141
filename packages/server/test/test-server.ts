import { scopes } from "@aomori/contract";
import type { IdentityResource, OrgId, ScopeName, SpecId } from "@aomori/contract";
import type { ErrorBody } from "@aomori/protocol";
import { createServer } from "@aomori/server";
import type { LogEntry, Server, ServerOptions } from "@aomori/server";
import { MemoryEvents } from "./memory-events.ts";
import { MemoryWorld } from "./memory-handlers.ts";
import { MemoryIdempotency } from "./memory-idempotency.ts";

export const orgId: OrgId = "org_one";
export const otherOrgId: OrgId = "org_two";
export const key = "aomori_sk_full";
export const otherKey = "aomori_sk_other";
export const serverVersion = "0.1.0";

const identity = (name: string, org: OrgId, held: readonly ScopeName[]): IdentityResource => ({
  orgId: org,
  keyId: "key_0000000000",
  name,
  scopes: [...held],
});

/** What the tests look at in an answer, whichever it is. */
export interface AnyBody {
  readonly id: SpecId;
  readonly items: readonly { readonly title: string }[];
  readonly next_cursor: string | null;
  readonly error: ErrorBody & {
    readonly details: { readonly issues: readonly { readonly path: string }[] };
  };
}

export interface TestResponse extends Response {
  json(): Promise<AnyBody>;
}

export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly url: string;
  readonly events: MemoryEvents;
  readonly world: MemoryWorld;
  readonly idempotency: MemoryIdempotency;
  readonly keys: Map<string, IdentityResource>;
  readonly log: LogEntry[];
  /** Makes a key with these scopes. */
  keyWith(held: readonly ScopeName[], org?: OrgId): string;
  /** A request with the full key; `path` starts with a slash. */
  request(path: string, init?: RequestInit & { key?: string | null }): Promise<TestResponse>;
}

/** A server on a free port over an in-memory world. */
export async function startTestServer(
  options: Partial<ServerOptions> & { readonly port?: number } = {},
): Promise<TestServer> {
  const events = new MemoryEvents();
  const world = new MemoryWorld(events);
  const idempotency = new MemoryIdempotency();
  const log: LogEntry[] = [];
  const keys = new Map([
    [key, identity("full", orgId, scopes)],
    [otherKey, identity("other", otherOrgId, scopes)],
  ]);
  const server = createServer({
    handlers: world.handlers(),
    plans: world.plans(),
    events,
    idempotency,
    authenticate: (secret) => Promise.resolve(keys.get(secret)),
    health: async () => ({
      status: "ready",
      version: serverVersion,
      apiVersions: ["1"],
      store: "pglite",
      pid: process.pid,
      startedAt: new Date().toISOString(),
    }),
    version: serverVersion,
    log: (entry) => log.push(entry),
    ...options,
  });
  const url = await server.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  return {
    server,
    url,
    events,
    world,
    idempotency,
    keys,
    log,
    keyWith(held, org = orgId) {
      const secret = `aomori_sk_${keys.size}`;
      keys.set(secret, identity(`key-${keys.size}`, org, held));
      return secret;
    },
    request(path, { key: secret = key, headers, ...init } = {}) {
      const all = new Headers(headers);
      if (secret !== null) all.set("authorization", `Bearer ${secret}`);
      if (init.body !== undefined && !all.has("content-type")) {
        all.set("content-type", "application/json");
      }
      return fetch(`${url}${path}`, { ...init, headers: all }) as Promise<TestResponse>;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
