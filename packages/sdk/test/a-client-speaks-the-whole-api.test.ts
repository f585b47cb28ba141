import { describe, expect, expectTypeOf, it } from "vitest";
import { operations } from "@aomori/contract";
import type { OperationId, PlanResource, SpecResource, TaskStatusName } from "@aomori/contract";
import { Client, isAomoriError } from "@aomori/sdk";
import { createNodeTransport } from "@aomori/sdk/node";
import { createFetchTransport } from "@aomori/sdk/wire";
import { key, orgId, startTestServer } from "../../server/test/test-server.ts";
import type { TestServer } from "../../server/test/test-server.ts";
import { collect } from "./collect.ts";

const input = { title: "t", description: "d", repo: "/r" };
const transports = [
  ["fetch", createFetchTransport(fetch)],
  ["node:http", createNodeTransport()],
] as const;

const clientOf = (test: TestServer, transport = createFetchTransport(fetch)): Client =>
  new Client({ baseUrl: `${test.url}/`, apiKey: key, transport });

describe.each(transports)("over %s", (_, transport) => {
  it("creates, reads, lists and acts on specs in camelCase", async () => {
    await using test = await startTestServer();
    const client = clientOf(test, transport);
    const made = await client.specs.create({ ...input, settings: { maxAttempts: 5 } });
    expect(made).toMatchObject({ title: "t", baseBranch: "main", createdBy: "full" });
    expect(made.counts.tasksByStatus).toEqual({ some_key: 1 });
    expect(await client.specs.get(made.id)).toEqual(made);
    expect(await client.specs.advance(made.id, { comment: "go on" })).toEqual(made);
    expect((await client.specs.list({ status: "planning" })).items).toEqual([made]);
    expect(await client.specs.artifacts(made.id)).toEqual([]);
    expect(await client.dag.criticalPath(made.id)).toEqual({
      specId: made.id,
      tasks: [],
      hours: 0,
    });
    expect(await client.account.whoami()).toMatchObject({ orgId, name: "full" });
  });

  it("answers a dry run with a plan", async () => {
    await using test = await startTestServer();
    const plan = await clientOf(test, transport).specs.create(input, { dryRun: true });
    expect(plan.actions).toEqual([{ action: "create_spec", target: "t", detail: "/r" }]);
    expect(test.world.created).toBe(0);
  });

  it("throws the server's error as its class", async () => {
    await using test = await startTestServer();
    const error = await clientOf(test, transport)
      .specs.get("spec_0000000000")
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "UserError",
      category: "not_found",
      code: "SPEC_NOT_FOUND",
      message: "spec spec_0000000000 not found",
      details: { http_status: 404, request_id: expect.stringMatching(/^req_/) },
    });
    expect(isAomoriError(error, "SPEC_NOT_FOUND")).toBe(true);
    expect(isAomoriError(error, "TASK_NOT_FOUND")).toBe(false);
  });
});

it("walks every item of every page", async () => {
  await using test = await startTestServer();
  const client = clientOf(test);
  for (let index = 0; index < 7; index += 1) {
    await client.specs.create({ ...input, title: `t${index}` });
  }
  const titles: string[] = [];
  for await (const spec of client.specs.list({ limit: 3 })) titles.push(spec.title);
  expect(titles).toEqual(["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
  const page = await client.specs.list({ limit: 3 });
  expect(page.items).toHaveLength(3);
  const next = await client.specs.list({ limit: 3, cursor: page.nextCursor ?? "" });
  expect(next.items.map((spec) => spec.title)).toEqual(["t3", "t4", "t5"]);
});

it("asks for health without a key", async () => {
  await using test = await startTestServer();
  const client = new Client({ baseUrl: test.url });
  expect(await client.system.health()).toMatchObject({ status: "ready", apiVersions: ["1"] });
  await expect(client.account.whoami()).rejects.toMatchObject({ code: "API_KEY_MISSING" });
});

it("reaches every operation: none is without a method", async () => {
  await using test = await startTestServer();
  const asked = new Set<string>();
  const inner = createFetchTransport(fetch);
  const client = new Client({
    baseUrl: test.url,
    apiKey: key,
    maxRetries: 0,
    transport: (request) => {
      const path = new URL(request.url).pathname
        .replace(/(spec_|TSK-|TKT-|agent_|proj_|key_)\w+/, "{id}")
        .replace("/PRD", "/{phase}");
      asked.add(`${request.method} ${path}`);
      return inner(request);
    },
  });
  const spec = await client.specs.create(input);
  const { id } = spec;
  const task = "TSK-001";
  const agent = "agent_0000000000";
  const calls = [
    client.specs.get(id),
    client.specs.list(),
    client.specs.advance(id),
    client.specs.retryPhase(id),
    client.specs.approve(id),
    client.specs.reject(id, { comment: "no" }),
    client.specs.cancel(id),
    client.specs.artifacts(id),
    client.specs.editArtifact(id, "PRD", { some_key: 1 }),
    client.specs.attempts(id),
    client.tickets.list(),
    client.tickets.get("TKT-001"),
    client.tasks.list(),
    client.tasks.get(task),
    client.tasks.create({ specId: id, title: "x" }),
    client.tasks.retry(task),
    client.tasks.cancel(task),
    client.tasks.getResult(task),
    client.tasks.diff(task),
    client.tasks.logs(task),
    client.agents.list(),
    client.agents.get(agent),
    client.agents.getTrajectory(agent),
    client.agents.steer(agent, { instruction: "x" }),
    client.agents.stop(agent),
    client.agents.spawn({ taskId: task, mode: "validation" }),
    client.dag.get(id),
    client.dag.mergeStatus(id),
    client.dag.conflicts(id),
    client.dag.triggerMerge(id),
    client.dag.mergeInto(id, "main"),
    client.events.list(),
    client.projects.list(),
    client.projects.get("proj_0000000000"),
    client.account.whoami(),
    client.keys.create({ name: "x" }),
    client.keys.list(),
    client.keys.revoke("key_0000000000"),
    client.system.health(),
    client.system.drain(),
    collect(client.events.stream({ follow: false })),
  ];
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === "rejected") {
      expect(result.reason).toMatchObject({ name: "UserError" });
      expect(result.reason.code).not.toMatch(/VALIDATION|ROUTE|METHOD|SCOPE_MISSING/);
    }
  }
  const all = Object.values(operations).map(({ http }) => `${http?.method} ${http?.path}`);
  expect(new Set(asked)).toEqual(new Set(all));
});

it("has exact types", () => {
  const client = new Client({ baseUrl: "http://127.0.0.1:1" });
  const dry = { dryRun: true } as const;
  const open: { dryRun?: boolean } = {};
  const create = client.specs.create.bind(client.specs);
  expectTypeOf(create<object>).returns.resolves.toEqualTypeOf<SpecResource>();
  expectTypeOf(create<typeof dry>).returns.resolves.toEqualTypeOf<PlanResource>();
  expectTypeOf(create<typeof open>).returns.resolves.toEqualTypeOf<PlanResource | SpecResource>();
  type ListStatus = NonNullable<Parameters<Client["tasks"]["list"]>[0]>["status"];
  expectTypeOf<ListStatus>().toEqualTypeOf<TaskStatusName | "done" | undefined>();
  expectTypeOf(client.specs.get).parameter(0).toEqualTypeOf<`spec_${string}`>();
  client.events.subscribe("task.completed", (event) => {
    expectTypeOf(event.data.filesChanged).toEqualTypeOf<number>();
  })();
  // @ts-expect-error a title is required
  const wrong: Parameters<Client["specs"]["create"]>[0] = { description: "d", repo: "/r" };
  expect(wrong).toBeDefined();
  expectTypeOf<OperationId>().toExtend<string>();
});
