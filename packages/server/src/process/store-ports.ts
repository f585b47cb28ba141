import {
  authenticate,
  finishIdempotent,
  lastEventSeq,
  readEvents,
  releaseIdempotent,
  startIdempotent,
} from "@aomori/store";
import type { EventFilter as StoredEventFilter, Store } from "@aomori/store";
import { AgentId, SpecId, TaskId } from "@aomori/contract";
import type { Authenticate, EventFilter, EventSource, IdempotencyPort } from "../ports.ts";

/** A claim that its caller never answered, because the server was killed, is free again after this. */
const abandonedAfterMs = 120_000;

export function storeAuthenticator(store: Store): Authenticate {
  return (secret) => authenticate(store, secret);
}

function storedFilter({ specId, taskId, agentId, types }: EventFilter): StoredEventFilter {
  return {
    ...(specId === undefined ? {} : { specId: SpecId.parse(specId) }),
    ...(taskId === undefined ? {} : { taskId: TaskId.parse(taskId) }),
    ...(agentId === undefined ? {} : { agentId: AgentId.parse(agentId) }),
    ...(types === undefined ? {} : { types: [...types] }),
  };
}

export function storeEvents(store: Store): EventSource {
  return {
    newestSeq: (orgId) => lastEventSeq(store.scope(orgId)),
    read: (orgId, { after, limit, filter }) =>
      readEvents(store.scope(orgId), { ...storedFilter(filter), after, limit }),
    subscribe: (orgId, wake) =>
      store.events.onCommit((notice) => {
        if (notice.orgId === orgId) wake();
      }),
  };
}

export function storeIdempotency(store: Store): IdempotencyPort {
  return {
    async claim({ orgId, operation, key, requestHash }) {
      const started = await store.transaction(orgId, (tx) =>
        startIdempotent(tx, { operation, key, requestHash }, { abandonedAfterMs }),
      );
      switch (started.kind) {
        case "first":
          return { kind: "claimed" };
        case "answered":
          return { kind: "answered", answer: { status: started.status, body: started.response } };
        case "running":
        case "other_request":
          return { kind: started.kind };
      }
    },
    complete: ({ orgId, operation, key }, { status, body }) =>
      store.transaction(orgId, (tx) =>
        finishIdempotent(tx, { operation, key }, { status, response: body }),
      ),
    release: ({ orgId, operation, key }) =>
      store.transaction(orgId, (tx) => releaseIdempotent(tx, { operation, key })),
  };
}
