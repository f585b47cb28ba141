import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { operations, ownScope, scopes } from "@aomori/contract";
import type { ScopeName } from "@aomori/contract";
import { openRuntime } from "@aomori/runtime";
import type { Runtime } from "@aomori/runtime";
import { createRuntimeServer } from "@aomori/server/runtime";
import type { Server } from "@aomori/server";
import {
  createKey,
  ensureOrganization,
  insertTickets,
  localOrgId,
  reserveNumbers,
} from "@aomori/store";
import { homeLayout } from "@aomori/system";
import { addAgent, addProject, addSpec, addTasks, at } from "../../store/test/fixtures.ts";
import { StreamClient } from "./event-stream-client.ts";
import { walkOperations } from "./walk-operations.ts";
import type { WalkIds } from "./walk-operations.ts";

const otherOrgId = "org_other";
let home = "";
let runtime: Runtime;
let server: Server;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "aomori-server-"));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  runtime = await openRuntime({
    layout: homeLayout({ AOMORI_HOME: home }),
    version: "0.1.0",
    log: quiet,
  });
  server = createRuntimeServer({
    runtime,
    version: "0.1.0",
    log: () => undefined,
    onDrain: () => undefined,
  });
  await server.listen({ port: 0 });
  await ensureOrganization(runtime.store, { id: otherOrgId, name: "other" });
});

afterAll(async () => {
  await server.close();
  await runtime.close();
  await rm(home, { recursive: true, force: true });
});

async function keyOf(orgId: `org_${string}`, held: readonly ScopeName[]): Promise<string> {
  const made = await runtime.store.transaction(orgId, (transaction) =>
    createKey(transaction, { name: "walk", scopes: held }),
  );
  return made.secret;
}

function addEverything(): Promise<WalkIds> {
  return runtime.store.transaction(localOrgId, async (transaction) => {
    const project = await addProject(transaction);
    const spec = await addSpec(transaction, project);
    const { tickets } = await reserveNumbers(transaction, { tickets: 1 });
    const ticket = at(tickets, 0);
    await insertTickets(transaction, [
      {
        id: ticket,
        specId: spec,
        localId: "T",
        title: "t",
        description: "",
        priority: "medium",
        requirements: [],
        acceptanceCriteria: [],
      },
    ]);
    const task = at(await addTasks(transaction, spec, [[]]), 0).id;
    const agent = await addAgent(transaction, spec, task);
    const { id: key } = await createKey(transaction, { name: "seen", scopes });
    return { project, spec, ticket, task, agent, key };
  });
}

it("over the real runtime: 401 without a key, 403 without the scope, 404 from elsewhere", async () => {
  const ids = await addEverything();
  const results = await walkOperations({
    url: server.url,
    ids,
    keyWith: (held) => keyOf(localOrgId, held),
    otherKey: await keyOf(otherOrgId, scopes),
  });
  expect(results.map((result) => result.id)).toEqual(Object.keys(operations));
  for (const { id, scope, withoutKey, withUnknownKey, withoutScope, ...rest } of results) {
    if (scope === null) continue;
    const narrow = scope === ownScope ? 200 : 403;
    expect([id, withoutKey, withUnknownKey, withoutScope]).toEqual([id, 401, 401, narrow]);
    if (rest.fromOtherOrganisation !== null) {
      expect([id, rest.fromOtherOrganisation]).toEqual([id, 404]);
    }
  }
});

it("and its own find each of those things, so that the 404 tells nothing but the organisation", async () => {
  const ids = await addEverything();
  const headers = { authorization: `Bearer ${await keyOf(localOrgId, scopes)}` };
  const paths = [
    `projects/${ids.project}`,
    `specs/${ids.spec}`,
    `specs/${ids.spec}/dag`,
    `specs/${ids.spec}/artifacts`,
    `tickets/${ids.ticket}`,
    `tasks/${ids.task}`,
    `agents/${ids.agent}`,
    `agents/${ids.agent}/trajectory`,
  ];
  for (const path of paths) {
    const response = await fetch(`${server.url}/api/${path}`, { headers });
    expect([path, response.status]).toEqual([path, 200]);
  }
});

it("streams what the store commits, to its organisation alone", async () => {
  const key = await keyOf(localOrgId, scopes);
  const otherKey = await keyOf(otherOrgId, scopes);
  const as = (secret: string) =>
    StreamClient.open(server.url, "", { authorization: `Bearer ${secret}` });
  await using own = await as(key);
  await using other = await as(otherKey);
  const before = own.seqs.length;
  const specId = await runtime.store.transaction(localOrgId, async (transaction) => {
    const spec = await addSpec(transaction);
    transaction.emit({
      type: "spec.created",
      specId: spec,
      summary: "made",
      data: { title: "t", by: "x" },
    });
    return spec;
  });
  await expect.poll(() => own.seqs.length).toBe(before + 1);
  const data = own.records.findLast((record) => record.event === "spec.created")?.data;
  expect(JSON.parse(data ?? "")).toMatchObject({ spec_id: specId, org_id: localOrgId });
  expect(other.seqs).toEqual([]);
});

it("keeps the first answer of a key in the store", async () => {
  const { task } = await addEverything();
  const authorization = `Bearer ${await keyOf(localOrgId, scopes)}`;
  const cancel = (headers: Record<string, string>) =>
    fetch(`${server.url}/api/tasks/${task}/cancel`, {
      method: "POST",
      headers: { authorization, ...headers },
    });
  const first = await cancel({ "idempotency-key": "walk-1" });
  expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([200, null]);
  const again = await cancel({ "idempotency-key": "walk-1" });
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  expect(await again.json()).toEqual(await first.json());
  expect((await cancel({})).status).toBe(409);
});

it("lets no repository choose the server that a provider key is sent to", async () => {
  const repo = join(home, "their-repository");
  await mkdir(repo);
  const author = ["-c", "user.name=them", "-c", "user.email=them@example.org"];
  execFileSync("git", ["init", "-q"], { cwd: repo });
  execFileSync("git", [...author, "commit", "-q", "--allow-empty", "-m", "start"], { cwd: repo });
  await writeFile(join(repo, ".aomori.toml"), 'base_url = "https://models.example.org/v1"\n');
  const response = await fetch(`${server.url}/api/specs`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await keyOf(localOrgId, scopes)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      title: "t",
      description: "d",
      repo,
      model: "anthropic/some-model",
      provider_keys: { anthropic: "sk-test" },
    }),
  });
  expect(await response.json()).toMatchObject({
    error: { code: "CONFIG_INVALID", message: expect.stringContaining("base_url") },
  });
});
