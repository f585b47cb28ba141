import { expect, it } from "vitest";
import { Client } from "@aomori/sdk";
import { key, orgId, startTestServer } from "../../server/test/test-server.ts";
import type { TestServer } from "../../server/test/test-server.ts";
import { collect } from "./collect.ts";

const clientOf = (test: TestServer): Client => new Client({ baseUrl: test.url, apiKey: key });
const input = { title: "t", description: "d", repo: "/r" };
const streaming = (test: TestServer) => expect.poll(() => test.server.streamCount).toBe(1);

it("resolves when the phase is reached, at once when it already is", async () => {
  await using test = await startTestServer();
  const client = clientOf(test);
  const { id } = await client.specs.create(input);
  const waiting = client.specs.wait(id, { until: "DESIGN", timeoutMs: 10_000 });
  await streaming(test);
  test.world.update(orgId, id, { phase: "PRD" });
  test.world.update(orgId, id, { phase: "TASKS" });
  expect((await waiting).phase).toBe("TASKS");
  expect((await client.specs.wait(id, { until: "PRD" })).phase).toBe("TASKS");
  await expect.poll(() => test.server.streamCount).toBe(0);
});

it("waits for completed by default", async () => {
  await using test = await startTestServer();
  const client = clientOf(test);
  const { id } = await client.specs.create(input);
  const waiting = client.specs.wait(id);
  await streaming(test);
  test.world.update(orgId, id, { phase: "COMPLETE", status: "merging" });
  test.world.update(orgId, id, { status: "completed" });
  expect((await waiting).status).toBe("completed");
});

it.each([
  ["failed", "SPEC_FAILED", /failed in PRD: no more attempts/],
  ["cancelled", "SPEC_CANCELLED", /was cancelled in PRD/],
  ["awaiting_approval", "SPEC_AWAITS_APPROVAL", /waits in PRD; approve or reject/],
] as const)("rejects when the spec is %s", async (status, code, message) => {
  await using test = await startTestServer();
  const client = clientOf(test);
  const { id } = await client.specs.create(input);
  const waiting = client.specs.wait(id, { until: "TASKS" });
  const caught = waiting.catch((error: unknown) => error);
  await streaming(test);
  const failure = { code: "X", message: "no more attempts", at: new Date().toISOString() };
  test.world.update(orgId, id, { phase: "PRD", status, failure });
  expect(await caught).toMatchObject({
    name: "UserError",
    code,
    message: expect.stringMatching(message),
  });
});

it("says so when it is late, when it is called off, and when there is no such spec", async () => {
  await using test = await startTestServer();
  const client = clientOf(test);
  const { id } = await client.specs.create(input);
  await expect(client.specs.wait(id, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "WAIT_TIMEOUT",
    category: "timeout",
  });
  const reason = new Error("called off");
  await expect(client.specs.wait(id, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await expect(client.specs.wait("spec_0000000000")).rejects.toMatchObject({
    code: "SPEC_NOT_FOUND",
  });
});

it("logs a spec's events from the first, and goes on when told to follow", async () => {
  await using test = await startTestServer();
  const client = clientOf(test);
  await client.specs.create(input);
  const { id } = await client.specs.create(input);
  test.world.update(orgId, id, { phase: "PRD" });
  const past = await collect(client.specs.logs(id));
  expect(past.map(({ type }) => type)).toEqual(["spec.created", "spec.running"]);
  const following = client.specs.logs(id, { follow: true, after: past[0]?.seq ?? 0 });
  expect((await following.next()).value?.type).toBe("spec.running");
  test.events.append(orgId, { type: "phase.started", specId: "spec_other00000" });
  test.events.append(orgId, { type: "spec.merging", specId: id });
  expect((await following.next()).value?.type).toBe("spec.merging");
  await following.return();
});
