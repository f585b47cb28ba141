import type { OrgId } from "@aomori/contract";
import {
  accountHandlers,
  accountPlans,
  agentHandlers,
  agentPlans,
  dagHandlers,
  dagPlans,
  specHandlers,
  specPlans,
  taskHandlers,
  taskPlans,
} from "@aomori/runtime";
import type { Runtime } from "@aomori/runtime";
import {
  finishIdempotent,
  lastEventSeq,
  readEvents,
  releaseIdempotent,
  startIdempotent,
} from "@aomori/store";
import type { Store } from "@aomori/store";
import type { Handlers, Plans } from "./handlers.ts";
import type { EventSource, IdempotencyPort } from "./ports.ts";

/** After this long a claim without an answer is that of a process that died. */
const abandonedAfterMs = 600_000;

/** Every handler of the runtime; `drain` is called once, after the answer that says so is on its way. */
export function runtimeHandlers(runtime: Runtime, drain: () => void): Handlers {
  return {
    ...specHandlers(runtime),
    ...taskHandlers(runtime),
    ...agentHandlers(runtime),
    ...dagHandlers(runtime),
    ...accountHandlers(runtime),
    "system.drain": () => {
      setImmediate(drain);
      return Promise.resolve({ status: "draining" });
    },
  };
}

export function runtimePlans(runtime: Runtime): Plans {
  return {
    ...specPlans(runtime),
    ...taskPlans(runtime),
    ...agentPlans(runtime),
    ...dagPlans(runtime),
    ...accountPlans(runtime),
  };
}

/** The store's event table and its news of commits. */
export function storeEvents(store: Store): EventSource {
  return {
    newestSeq: (orgId) => lastEventSeq(store.scope(orgId)),
    read: (orgId, { after, filter, limit }) =>
      readEvents(store.scope(orgId), { ...filter, after, limit }),
    subscribe: (orgId: OrgId, wake) =>
      store.events.onCommit((notice) => {
        if (notice.orgId === orgId) wake();
      }),
  };
}

/** The store's table of keys, shared by every process on it. */
export function storeIdempotency(store: Store): IdempotencyPort {
  return {
    claim: async (request) => {
      const start = await store.transaction(request.orgId, (transaction) =>
        startIdempotent(transaction, request, { abandonedAfterMs }),
      );
      if (start.kind === "first") return { kind: "claimed" };
      if (start.kind !== "answered") return start;
      return { kind: "answered", answer: { status: start.status, body: start.response } };
    },
    carryOut: (request, call) => store.carryOut(request.orgId, request, call),
    complete: (request, { status, body }) =>
      store.transaction(request.orgId, (transaction) =>
        finishIdempotent(transaction, request, { status, response: body }),
      ),
    release: (request) =>
      store.transaction(request.orgId, (transaction) => releaseIdempotent(transaction, request)),
  };
}
