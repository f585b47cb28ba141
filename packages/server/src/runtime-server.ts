import type { Runtime } from "@aomori/runtime";
import { authenticate } from "@aomori/store";
import { createServer } from "./create-server.ts";
import type { Server, ServerOptions } from "./create-server.ts";
import { RememberedIdentities } from "./remembered-identities.ts";
import { runtimeHandlers, runtimePlans, storeEvents, storeIdempotency } from "./runtime-ports.ts";

export interface RuntimeServerOptions extends Pick<
  ServerOptions,
  "version" | "log" | "heartbeatMs" | "bodyLimitBytes" | "streamBufferLimitBytes"
> {
  readonly runtime: Runtime;
  /** Called when somebody asked the server to drain: close the server, then the runtime. */
  readonly onDrain: () => void;
}

/** Versions of the HTTP API that this server speaks; `/api` only grows, so there is one. */
const apiVersions: readonly string[] = ["1"];

/** The HTTP API over a runtime, which stays the caller's to close. */
export function createRuntimeServer({
  runtime,
  onDrain,
  ...options
}: RuntimeServerOptions): Server {
  const { store } = runtime;
  const startedAt = new Date(store.clock.now()).toISOString();
  let draining = false;
  const drain = (): void => {
    if (draining) return;
    draining = true;
    onDrain();
  };
  const identities = new RememberedIdentities(
    (secret) => authenticate(store, secret),
    () => store.clock.now(),
  );
  const handlers = runtimeHandlers(runtime, drain);
  return createServer({
    ...options,
    handlers: {
      ...handlers,
      "keys.revoke": async (input, context) => {
        const revoked = await handlers["keys.revoke"](input, context);
        identities.forget();
        return revoked;
      },
    },
    plans: runtimePlans(runtime),
    events: storeEvents(store),
    idempotency: storeIdempotency(store),
    authenticate: (secret) => identities.authenticate(secret),
    clock: () => store.clock.now(),
    health: () =>
      Promise.resolve({
        status: draining ? "draining" : "ready",
        version: options.version,
        apiVersions: [...apiVersions],
        store: store.kind,
        pid: process.pid,
        startedAt,
      }),
  });
}
