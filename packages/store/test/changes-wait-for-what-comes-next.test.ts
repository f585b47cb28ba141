import { expect, test, vi } from "vitest";

import {
  appendSteps,
  concludeAgent,
  findSpecRow,
  findTaskRow,
  getAgent,
  listSteps,
  localOrgId,
  readEvents,
  updateSpec,
  updateTask,
} from "../src/index.ts";
import type { NewStep, OrgTransaction, Store } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addAgent, addSpec, addTasks, at } from "./fixtures.ts";

const step = (text: string): NewStep => ({
  type: "message",
  summary: text,
  text,
  tool: null,
  callId: null,
  data: null,
  atMs: Date.UTC(2026, 0, 2),
  durationMs: null,
});

/** What goes over the connection that the store uses while `work` runs. */
async function sentDuring(store: Store, work: () => Promise<unknown>): Promise<string[]> {
  const client = await store.pool.connect();
  const watched = vi.spyOn(client, "query");
  client.release();
  await work();
  const calls: readonly (readonly unknown[])[] = watched.mock.calls;
  watched.mockRestore();
  return calls.map(([query]) => textOf(query).trim().replaceAll(/\s+/g, " "));
}

function textOf(query: unknown): string {
  if (typeof query === "object" && query !== null && "text" in query) return String(query.text);
  return String(query);
}

describeStores("changes whose result nobody waits for", (kind) => {
  async function seed(store: Store) {
    return store.transaction(localOrgId, async (tx) => {
      const specId = await addSpec(tx);
      const tasks = await addTasks(tx, specId, [[], []]);
      const taskId = at(tasks, 0).id;
      return {
        specId,
        taskId,
        otherId: at(tasks, 1).id,
        agentId: await addAgent(tx, specId, taskId),
      };
    });
  }
  const tell = (tx: OrgTransaction): void =>
    tx.emit({ type: "spec.merging", summary: "s", data: {} });

  test("are read by what follows them in the transaction", async () => {
    const { store } = await kind.open();
    const { specId, taskId } = await seed(store);
    await store.transaction(localOrgId, async (tx) => {
      updateTask(tx, taskId, { branch: "one" });
      updateSpec(tx, specId, { mergeRun: 7 });
      expect(await findTaskRow(tx, taskId)).toMatchObject({ branch: "one" });
      updateTask(tx, taskId, { branch: "two" });
      const both = await Promise.all([findTaskRow(tx, taskId), findSpecRow(tx, specId)]);
      expect(both).toMatchObject([{ branch: "two" }, { mergeRun: 7 }]);
    });
    expect(await findTaskRow(store.scope(localOrgId), taskId)).toMatchObject({ branch: "two" });
  });

  test("to one row are made one after another, the last one last", async () => {
    const { store } = await kind.open();
    const { taskId, otherId } = await seed(store);
    await store.transaction(localOrgId, async (tx) => {
      updateTask(tx, taskId, { branch: "one", commitId: "kept" });
      updateTask(tx, otherId, { branch: "other" });
      updateTask(tx, taskId, { branch: "two" });
      tell(tx);
    });
    const scope = store.scope(localOrgId);
    expect(await findTaskRow(scope, taskId)).toMatchObject({ branch: "two", commitId: "kept" });
    expect(await findTaskRow(scope, otherId)).toMatchObject({ branch: "other" });
  });

  test("go with the events as one statement where nothing was asked before", async () => {
    const { store } = await kind.open();
    const { specId, taskId, agentId } = await seed(store);
    const sent = await sentDuring(store, () =>
      store.transaction(localOrgId, async (tx) => {
        updateTask(tx, taskId, { branch: "one" });
        updateSpec(tx, specId, { mergeRun: 3 });
        appendSteps(tx, agentId, { position: 0, steps: [step("a"), step("b")] });
        tell(tx);
      }),
    );
    if (kind.kind === "pglite")
      expect(sent).toEqual([expect.stringMatching(/^with change_0 as .* from counter$/)]);
    const scope = store.scope(localOrgId);
    expect(await findTaskRow(scope, taskId)).toMatchObject({ branch: "one" });
    expect(await findSpecRow(scope, specId)).toMatchObject({ mergeRun: 3 });
    expect(await getAgent(scope, agentId)).toMatchObject({ status: "active", steps: 2 });
    expect(await readEvents(scope, { after: 0, limit: 9 })).toMatchObject([
      { type: "spec.merging", seq: 1 },
    ]);
  });

  test("are gone with their events when one of them is refused", async () => {
    const { store } = await kind.open();
    const { specId, taskId, agentId } = await seed(store);
    const failing = store.transaction(localOrgId, async (tx) => {
      updateTask(tx, taskId, { branch: "one" });
      await addAgent(tx, specId, "TSK-404");
      tell(tx);
    });
    await expect(failing).rejects.toMatchObject({ code: "23503" });
    const late = store.transaction(localOrgId, async (tx) => {
      updateTask(tx, taskId, { branch: "one" });
      tell(tx);
      await findTaskRow(tx, taskId);
      throw new Error("no");
    });
    await expect(late).rejects.toThrow("no");
    const scope = store.scope(localOrgId);
    expect(await findTaskRow(scope, taskId)).toMatchObject({ branch: null });
    expect(await readEvents(scope, { after: 0, limit: 9 })).toEqual([]);
    expect(await getAgent(scope, agentId)).toMatchObject({ status: "starting" });
  });

  test("end an agent together with its last steps, and once", async () => {
    const { store } = await kind.open();
    const { agentId } = await seed(store);
    const end = (status: "completed" | "failed", ...texts: string[]): Promise<void> =>
      store.transaction(localOrgId, async (tx) => {
        concludeAgent(tx, agentId, { status }, { position: 0, steps: texts.map(step) });
      });
    await end("completed", "a", "b");
    await end("failed", "a", "b", "c");
    const scope = store.scope(localOrgId);
    expect(await getAgent(scope, agentId)).toMatchObject({
      status: "completed",
      steps: 2,
      lastStepAt: "2026-01-02T00:00:00.000Z",
    });
    expect((await listSteps(scope, agentId, { limit: 9 })).items.map(({ text }) => text)).toEqual([
      "a",
      "b",
    ]);
  });
});
