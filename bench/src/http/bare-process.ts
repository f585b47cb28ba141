/** Bare Fastify with the answer of GET /api/specs/{id}: from memory, and from the same statements on an equal store. */
import { Spec, SpecId, toWire } from "@aomori/contract";
import { getSpec, localOrgId, openStore } from "@aomori/store";
import type { Store } from "@aomori/store";
import { homeLayout } from "@aomori/system";
import { fastify } from "fastify";
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { answerParent } from "../measuring/answer-parent.ts";

const Job = z.object({ home: z.string(), specId: SpecId });
const Statement = z.object({
  text: z.string(),
  values: z.array(z.unknown()),
  name: z.string().optional(),
});
type Statement = z.output<typeof Statement>;

const app = fastify({ logger: false });
let store: Store | undefined;

async function serve(input: unknown): Promise<{ url: string }> {
  const { home, specId } = Job.parse(input);
  const opened = await openStore({
    home: homeLayout({ AOMORI_HOME: home }),
    clock: { now: () => Date.now() },
    randomBytes,
  });
  store = opened;
  const spec = await getSpec(opened.scope(localOrgId), specId);
  if (spec === undefined) throw new Error(`the copied store has no ${specId}`);
  const fromMemory = JSON.stringify(toWire(Spec, spec));
  const statements = await statementsOf(opened, async () => {
    await getSpec(opened.scope(localOrgId), specId);
  });
  app.get("/memory/:id", async (_, reply) =>
    reply.header("content-type", "application/json; charset=utf-8").send(fromMemory),
  );
  app.get("/store/:id", async (_, reply) => {
    const parts: unknown[] = [];
    for (const statement of statements) parts.push(...(await rowsOf(opened, statement)));
    return reply
      .header("content-type", "application/json; charset=utf-8")
      .send(JSON.stringify(Object.assign({}, ...parts)));
  });
  return { url: await app.listen({ host: "127.0.0.1", port: 0 }) };
}

async function rowsOf(opened: Store, { text, values, name }: Statement): Promise<unknown[]> {
  const named = name === undefined ? {} : { name };
  const { rows } = await opened.pool.query<object>({ text, values, ...named });
  return rows;
}

/** What `work` sends to the store. */
async function statementsOf(opened: Store, work: () => Promise<void>): Promise<Statement[]> {
  const found: Statement[] = [];
  const client = await opened.pool.connect();
  const { query } = client;
  const recording = (...args: unknown[]): unknown => {
    found.push(Statement.parse(args[0]));
    return Reflect.apply(query, client, args);
  };
  Object.assign(client, { query: recording });
  client.release();
  try {
    await work();
  } finally {
    Object.assign(client, { query });
  }
  if (found.length === 0) throw new Error("no statement was seen");
  return found;
}

answerParent({ serve }, async () => {
  await app.close();
  await store?.close();
});
