import type { OrgId } from "@aomori/contract";
import { expect, test } from "vitest";

import {
  acceptArtifact,
  acceptedArtifacts,
  addSpecUsage,
  endAgent,
  findWorker,
  finishAttempt,
  finishIdempotent,
  getAgent,
  getSpec,
  heartbeatWorker,
  insertArtifact,
  insertDiscovery,
  insertSteering,
  listArtifacts,
  listAttempts,
  listDiscoveries,
  listSteps,
  listTaskRows,
  markStaleFrom,
  newestArtifact,
  releaseIdempotent,
  releaseWorker,
  reserveNumbers,
  setTaskStatuses,
  settleSteering,
  startAttempt,
  startIdempotent,
  appendSteps,
  takePendingSteerings,
  takeWorker,
} from "../src/index.ts";
import type { NewStep, OrgTransaction, Store } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addAgent, addSpec, addTasks, at } from "./fixtures.ts";

async function seed(store: Store, orgId: OrgId) {
  return store.transaction(orgId, async (tx) => {
    const specId = await addSpec(tx);
    const tasks = await addTasks(tx, specId, [[], [0]]);
    const taskId = at(tasks, 0).id;
    return { specId, taskId, agentId: await addAgent(tx, specId, taskId), tasks };
  });
}

const step = (summary: string): NewStep => ({
  type: "message",
  summary,
  text: summary,
  tool: null,
  callId: null,
  data: { summary },
  atMs: Date.UTC(2026, 0, 2),
  durationMs: 5,
});

describeStores("changes", (kind) => {
  const shared = kind.share();

  test("steps written again are neither doubled nor counted twice, and make a starting agent active", async () => {
    const { store, orgId } = await shared.enter();
    const { agentId } = await seed(store, orgId);
    const write = (position: number, ...summaries: string[]): Promise<void> =>
      store.transaction(orgId, async (tx) => {
        appendSteps(tx, agentId, { position, steps: summaries.map(step) });
      });
    await write(0, "a", "b");
    await write(0, "a", "b");
    await write(1, "other b", "c");
    const page = await listSteps(store.scope(orgId), agentId, { limit: 10 });
    expect(page.items.map((item) => [item.index, item.text])).toEqual([
      [0, "a"],
      [1, "b"],
      [2, "c"],
    ]);
    expect(page.items[0]).toEqual({
      agentId,
      index: 0,
      type: "message",
      summary: "a",
      text: "a",
      tool: null,
      callId: null,
      data: { summary: "a" },
      at: "2026-01-02T00:00:00.000Z",
      durationMs: 5,
    });
    expect(await getAgent(store.scope(orgId), agentId)).toMatchObject({
      steps: 3,
      status: "active",
      lastStepAt: "2026-01-02T00:00:00.000Z",
      health: "stuck",
    });
  });

  test("an order is taken once, and an ended agent stays ended", async () => {
    const { store, clock, orgId } = await shared.enter();
    const { agentId } = await seed(store, orgId);
    const within = <Result>(work: (tx: OrgTransaction) => Promise<Result>): Promise<Result> =>
      store.transaction(orgId, work);
    for (const name of ["b", "a"]) {
      clock.atMs += 1;
      await within((tx) =>
        insertSteering(tx, {
          id: `steer_${name}`,
          agentId,
          action: "refocus",
          instruction: name,
          deliver: "now",
          createdBy: "x",
        }),
      );
    }
    expect(
      (await within((tx) => takePendingSteerings(tx, agentId))).map((order) => order.id),
    ).toEqual(["steer_b", "steer_a"]);
    expect(await within((tx) => takePendingSteerings(tx, agentId))).toEqual([]);
    expect(await within((tx) => settleSteering(tx, "steer_a", "acknowledged"))).toBe(true);
    expect(await within((tx) => settleSteering(tx, "steer_a", "undeliverable"))).toBe(false);

    const usage = { inputTokens: 7, outputTokens: 8, costMicrousd: null };
    expect(
      await within((tx) =>
        endAgent(tx, agentId, { status: "completed", usage, outcome: { text: "x" } }),
      ),
    ).toBe(true);
    expect(await within((tx) => endAgent(tx, agentId, { status: "failed" }))).toBe(false);
    expect(await getAgent(store.scope(orgId), agentId)).toMatchObject({
      status: "completed",
      usage,
      health: "unknown",
    });
  });

  test("a discovery of one origin is added once", async () => {
    const { store, orgId } = await shared.enter();
    const { specId, taskId, agentId } = await seed(store, orgId);
    const add = (originKey: string) =>
      store.transaction(orgId, (tx) =>
        insertDiscovery(tx, {
          specId,
          sourceTaskId: taskId,
          agentId,
          originKey,
          title: originKey,
          description: "",
        }),
      );
    expect([await add("a"), await add("a"), await add("b")]).toEqual([
      "DSC-001",
      undefined,
      "DSC-002",
    ]);
    expect((await listDiscoveries(store.scope(orgId), specId)).map((row) => row.title)).toEqual([
      "a",
      "b",
    ]);
  });

  test("of a phase's artefacts one is accepted; a change makes it and the later ones stale", async () => {
    const { store, orgId } = await shared.enter();
    const { specId } = await seed(store, orgId);
    const add = (phase: "EXPLORE" | "PRD", content: unknown) =>
      store.transaction(orgId, (tx) =>
        insertArtifact(tx, {
          specId,
          phase,
          status: "candidate",
          origin: "model",
          score: 0.5,
          criteria: [],
          vetoes: [],
          feedback: ["f"],
          content,
          createdBy: "m",
        }),
      );
    expect([
      await add("PRD", { user_stories: [] }),
      await add("PRD", { user_stories: [], x_own: { a_b: 1 } }),
      await add("PRD", {}),
    ]).toEqual([1, 2, 3]);
    const scope = store.scope(orgId);
    const accept = (version: number) =>
      store.transaction(orgId, (tx) => acceptArtifact(tx, specId, "PRD", version));
    const statuses = async () =>
      (await listArtifacts(scope, specId)).map((artifact) => artifact.status);
    expect(await accept(1)).toBe(true);
    expect(await statuses()).toEqual(["accepted", "rejected", "rejected"]);
    expect(await accept(2)).toBe(true);
    expect(await statuses()).toEqual(["stale", "accepted", "rejected"]);
    expect(await accept(9)).toBe(false);
    expect(await statuses(), "a version that is not there changes nothing").toEqual([
      "stale",
      "accepted",
      "rejected",
    ]);
    expect((await acceptedArtifacts(scope, specId)).PRD).toMatchObject({ x_own: { a_b: 1 } });
    const stale = (from: "DESIGN" | "EXPLORE") =>
      store.transaction(orgId, (tx) => markStaleFrom(tx, specId, from));
    expect(await stale("DESIGN")).toEqual([]);
    expect(await stale("EXPLORE")).toEqual(["PRD"]);
    expect((await newestArtifact(scope, specId, "PRD"))?.status).toBe("rejected");
    expect(await acceptedArtifacts(scope, specId)).toEqual({});
  });

  test("an attempt is finished once, and a spec adds up what is known to have been spent", async () => {
    const { store, orgId } = await shared.enter();
    const { specId } = await seed(store, orgId);
    const finish = (score: number) =>
      store.transaction(orgId, (tx) =>
        finishAttempt(tx, "att_a", {
          status: "accepted",
          score,
          feedback: ["f"],
          durationMs: 9,
          usage: { inputTokens: 1, outputTokens: 2, costMicrousd: null },
        }),
      );
    await store.transaction(orgId, (tx) =>
      startAttempt(tx, { id: "att_a", specId, phase: "PRD", number: 1, planRun: 3, prompt: "p" }),
    );
    expect([await finish(1), await finish(0)]).toEqual([true, false]);
    const [attempt] = await listAttempts(store.scope(orgId), specId);
    expect(attempt).toMatchObject({
      status: "accepted",
      score: 1,
      usage: { inputTokens: 1, costMicrousd: null },
    });
    expect(attempt).not.toHaveProperty("planRun");

    for (const costMicrousd of [null, 5, null, 7]) {
      await store.transaction(orgId, async (tx) => {
        addSpecUsage(tx, specId, { inputTokens: 10, outputTokens: 1, costMicrousd });
      });
    }
    expect((await getSpec(store.scope(orgId), specId))?.usage).toEqual({
      inputTokens: 40,
      outputTokens: 4,
      costMicrousd: 12,
    });
  });

  test("statuses that follow set their times", async () => {
    const { store, orgId } = await shared.enter();
    const { specId, tasks } = await seed(store, orgId);
    const ids = tasks.map((task) => task.id);
    await store.transaction(orgId, async (tx) => {
      setTaskStatuses(tx, [
        { id: at(ids, 0), status: "cancelled" },
        { id: at(ids, 1), status: "ready" },
      ]);
    });
    expect(await listTaskRows(store.scope(orgId), specId)).toMatchObject([
      { status: "cancelled", endedAt: "2026-01-02T03:04:05.678Z" },
      { status: "ready", readyAt: "2026-01-02T03:04:05.678Z", endedAt: null },
    ]);
  });

  test("an idempotency key answers again, refuses another request, and is taken over when abandoned", async () => {
    const { store, clock, orgId } = await shared.enter();
    const request = { operation: "specs.create", key: "k", requestHash: new Uint8Array([1, 2]) };
    const start = (own = request) =>
      store.transaction(orgId, (tx) => startIdempotent(tx, own, { abandonedAfterMs: 1_000 }));
    expect(await start()).toEqual({ kind: "first" });
    expect(await start()).toEqual({ kind: "running" });
    clock.atMs += 1_001;
    expect(await start()).toEqual({ kind: "first" });
    await store.transaction(orgId, (tx) => releaseIdempotent(tx, request));
    expect(await start()).toEqual({ kind: "first" });
    await store.transaction(orgId, (tx) =>
      finishIdempotent(tx, request, { status: 201, response: { id: "x" } }),
    );
    clock.atMs += 5_000;
    expect(await start()).toEqual({ kind: "answered", status: 201, response: { id: "x" } });
    expect(await start({ ...request, requestHash: new Uint8Array([9]) })).toEqual({
      kind: "other_request",
    });
  });

  test("a key whose change was committed is not given back, whoever lost its answer", async () => {
    const { store, clock, orgId } = await shared.enter();
    const request = { operation: "specs.create", key: "lost", requestHash: new Uint8Array([1]) };
    const start = () =>
      store.transaction(orgId, (tx) => startIdempotent(tx, request, { abandonedAfterMs: 1_000 }));
    const tell = (name: string) =>
      store.transaction(orgId, async (tx) => {
        tx.emit({ type: "project.created", summary: name, data: { name, repository: "/p" } });
      });
    const undone = () =>
      store.transaction(orgId, async (tx) => {
        tx.emit({ type: "project.created", summary: "p", data: { name: "p", repository: "/p" } });
        throw new Error("rolled back");
      });
    expect(await start()).toEqual({ kind: "first" });
    await expect(store.carryOut(orgId, request, undone)).rejects.toThrow("rolled back");
    expect(await start()).toEqual({ kind: "running" });
    await store.carryOut(orgId, request, async () => {
      await tell("one");
      await tell("two");
    });
    await store.transaction(orgId, (tx) => releaseIdempotent(tx, request));
    clock.atMs += 5_000;
    expect(await start()).toEqual({ kind: "unanswered", effect: "project.created: one" });
  });

  test("a worker's name has one holder: the newest", async () => {
    const { store } = await shared.enter();
    const id = "worker_a";
    const by = { host: "here", pid: 1, processStart: "one", version: "1" };
    const first = await takeWorker(store, id, { by, fence: 0 });
    if (first === undefined) throw new Error("the name was new");
    expect(await takeWorker(store, id, { by, fence: 0 })).toBeUndefined();
    const next = { ...by, pid: 2 };
    const second = await takeWorker(store, id, { by: next, fence: first });
    if (second === undefined) throw new Error("nobody was faster");
    expect(second).toBeGreaterThan(first);
    expect(await heartbeatWorker(store, { id, fence: first })).toBe(false);
    expect(await heartbeatWorker(store, { id, fence: second })).toBe(true);
    await releaseWorker(store, { id, fence: first });
    expect(await findWorker(store, id)).toMatchObject({ fence: second, process: next });
    await releaseWorker(store, { id, fence: second });
    expect(await findWorker(store, id)).toMatchObject({ fence: second, process: null });
    expect(await takeWorker(store, id, { by, fence: second })).toBeGreaterThan(second);
  });

  test("writes of a holder whose name was taken are refused, with or without events", async () => {
    const { store, orgId } = await shared.enter();
    const by = { host: "here", pid: 1, processStart: "one", version: "1" };
    const id = "worker_fenced";
    const fence = (await takeWorker(store, id, { by, fence: 0 })) ?? 0;
    let lost = 0;
    store.fenceWith({ id, fence, onLost: () => (lost += 1) });
    const tell = () =>
      store.transaction(orgId, async (tx) => {
        tx.emit({ type: "project.created", summary: "p", data: { name: "p", repository: "/p" } });
      });
    await tell();
    await takeWorker(store, id, { by, fence });
    await expect(tell()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(lost).toBe(1);
    if (store.kind === "postgres") {
      const quiet = store.transaction(orgId, (tx) => reserveNumbers(tx, { tasks: 1, tickets: 0 }));
      await expect(quiet).rejects.toMatchObject({ code: "LEASE_LOST" });
    }
    store.fenceWith(undefined);
    await tell();
  });
});
