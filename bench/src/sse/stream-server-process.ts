/** The real HTTP server over a real store whose events the parent asks for. */
import {
  accountHandlers,
  accountPlans,
  agentHandlers,
  agentPlans,
  dagHandlers,
  dagPlans,
  openRuntime,
  specHandlers,
  specPlans,
  taskHandlers,
  taskPlans,
} from "@aomori/runtime";
import type { Runtime } from "@aomori/runtime";
import { createServer } from "@aomori/server";
import type { EventSource, IdempotencyPort, Server } from "@aomori/server";
import { authenticate, ensureLocalKey, lastEventSeq, localOrgId, readEvents } from "@aomori/store";
import type { Store } from "@aomori/store";
import { homeLayout } from "@aomori/system";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { sharedClockMs } from "../engine/scripted-agents.ts";
import { answerParent } from "../measuring/answer-parent.ts";
import { requireOpenFiles } from "./open-files.ts";

const Place = z.object({ home: z.string(), clients: z.int() });
const Burst = z.object({ events: z.int(), everyMs: z.number() });

let opened: { readonly runtime: Runtime; readonly server: Server } | undefined;
const committedAtMs = new Map<number, number>();

const eventsOf = (store: Store): EventSource => ({
  newestSeq: (orgId) => lastEventSeq(store.scope(orgId)),
  read: (orgId, { after, limit }) => readEvents(store.scope(orgId), { after, limit }),
  subscribe: (orgId, wake) =>
    store.events.onCommit((notice) => {
      if (notice.orgId === orgId) wake();
    }),
});

const refuse = (): Promise<never> => Promise.reject(new Error("nothing is changed over HTTP here"));
const noIdempotency: IdempotencyPort = {
  claim: refuse,
  complete: refuse,
  release: refuse,
  carryOut: refuse,
};

async function open(input: unknown): Promise<{ url: string; apiKey: string }> {
  const { home, clients } = Place.parse(input);
  await requireOpenFiles(clients);
  const warn = (message: string): void => console.error(message);
  const runtime = await openRuntime({
    layout: homeLayout({ AOMORI_HOME: home }),
    version: "0.1.0",
    log: { info: () => {}, warn, error: warn },
  });
  const { store } = runtime;
  store.events.onCommit(({ lastSeq }) => committedAtMs.set(lastSeq, sharedClockMs()));
  const server = createServer({
    handlers: {
      ...specHandlers(runtime),
      ...taskHandlers(runtime),
      ...agentHandlers(runtime),
      ...dagHandlers(runtime),
      ...accountHandlers(runtime),
      "system.drain": refuse,
    },
    plans: {
      ...specPlans(runtime),
      ...taskPlans(runtime),
      ...agentPlans(runtime),
      ...dagPlans(runtime),
      ...accountPlans(runtime),
    },
    events: eventsOf(store),
    idempotency: noIdempotency,
    authenticate: (secret) => authenticate(store, secret),
    health: refuse,
    version: "0.1.0",
    log: ({ level, message, error }) => {
      if (level !== "info") console.error(message, error ?? "");
    },
  });
  opened = { runtime, server };
  const apiKey = await ensureLocalKey(store, localOrgId, undefined);
  const url = await server.listen({ port: 0 });
  return { url: `${url}/api/events/stream`, apiKey };
}

/** Commits events one after another, each in a transaction of its own. */
async function send(input: unknown) {
  const { events, everyMs } = Burst.parse(input);
  if (opened === undefined) throw new Error("open comes first");
  const { store } = opened.runtime;
  const before = await lastEventSeq(store.scope(localOrgId));
  committedAtMs.clear();
  const startedAtMs = sharedClockMs();
  for (let index = 0; index < events; index += 1) {
    if (everyMs > 0) await delay(everyMs);
    await store.transaction(localOrgId, async (tx) => {
      tx.emit({
        type: "agent.output",
        summary: `Step ${index} of an agent that says what it has found in this file`,
        data: { index, stepType: "message", tool: null, durationMs: null },
      });
    });
  }
  const [sample] = await readEvents(store.scope(localOrgId), { after: before, limit: 1 });
  return { startedAtMs, firstSeq: before + 1, sentAtMs: [...committedAtMs], sample };
}

answerParent({ open, send }, async () => {
  await opened?.server.close();
  await opened?.runtime.close();
});
