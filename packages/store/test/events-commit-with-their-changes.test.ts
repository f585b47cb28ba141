import { eventData } from "@aomori/contract";
import { expect, test } from "vitest";

import {
  checkStore,
  getSpec,
  lastEventSeq,
  localOrgId,
  matchesFilter,
  readEvents,
  updateSpec,
} from "../src/index.ts";
import type { CommitNotice } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addSpec } from "./fixtures.ts";

describeStores("events", (kind) => {
  test("events get a gapless seq in the order they were emitted, in their wire shape", async () => {
    const { store } = await kind.open();
    const notices: CommitNotice[] = [];
    const stop = store.events.onCommit((notice) => notices.push(notice));
    const specId = await store.transaction(localOrgId, async (tx) => {
      const specId = await addSpec(tx);
      tx.emit({
        type: "spec.started",
        specId,
        summary: "s",
        data: { baseBranch: "main", baseCommit: "abc" },
      });
      tx.emit({ type: "task.ready", specId, taskId: "TSK-001", summary: "t", data: {} });
      return specId;
    });
    stop();
    await store.transaction(localOrgId, async (tx) => {
      tx.emit({
        type: "task.assigned",
        specId,
        taskId: "TSK-002",
        agentId: "agent_a",
        summary: "u",
        data: { driver: "pi", executionMode: "validation", attempt: 2 },
      });
    });

    const scope = store.scope(localOrgId);
    const events = await readEvents(scope, { after: 0, limit: 10 });
    expect(events).toMatchObject([
      {
        seq: 1,
        v: 1,
        type: "spec.started",
        at: "2026-01-02T03:04:05.678Z",
        org_id: localOrgId,
        spec_id: specId,
        data: { base_branch: "main", base_commit: "abc" },
      },
      { seq: 2, type: "task.ready", task_id: "TSK-001", data: {} },
      {
        seq: 3,
        type: "task.assigned",
        agent_id: "agent_a",
        data: { execution_mode: "validation" },
      },
    ]);
    expect(Object.keys(events[0] ?? {})).not.toContain("task_id");
    expect(eventData["task.assigned"].safeParse(events[2]?.data).success).toBe(true);
    // PostgreSQL's own notice may be faster than the answer to the statement that causes it.
    const isForeign = kind.kind === "postgres" && notices[0]?.events.length === 0;
    const told = isForeign ? [] : events.slice(0, 2);
    expect(notices).toEqual([{ orgId: localOrgId, lastSeq: 2, events: told }]);

    const filters = [
      [{ types: ["task.*"] }, [2, 3]],
      [{ types: ["task.*", "spec.started"] }, [1, 2, 3]],
      [{ types: ["task.ready"] }, [2]],
      [{ types: ["task"] }, []],
      [{ taskId: "TSK-002" as const }, [3]],
      [{ agentId: "agent_a" as const, types: ["spec.*"] }, []],
      [{ specId }, [1, 2, 3]],
    ] as const;
    for (const [filter, expected] of filters) {
      const found = await readEvents(scope, { ...filter, after: 0, limit: 10 });
      expect(found.map((event) => event.seq)).toEqual(expected);
      expect(events.filter((event) => matchesFilter(event, filter))).toEqual(found);
    }
    expect((await readEvents(scope, { after: 1, limit: 1 })).map((event) => event.seq)).toEqual([
      2,
    ]);
    expect(await checkStore(store)).toEqual([]);
  });

  test("what a failed transaction did and told is gone, and the next one leaves no gap", async () => {
    const { store } = await kind.open();
    const specId = await store.transaction(localOrgId, (tx) => addSpec(tx));
    const failing = store.transaction(localOrgId, async (tx) => {
      updateSpec(tx, specId, { status: "running" });
      tx.emit({ type: "spec.merging", specId, summary: "", data: {} });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await getSpec(store.scope(localOrgId), specId))?.status).toBe("planning");
    expect(await lastEventSeq(store.scope(localOrgId))).toBe(0);
    await store.transaction(localOrgId, async (tx) => {
      tx.emit({ type: "spec.merging", specId, summary: "", data: {} });
    });
    expect(
      (await readEvents(store.scope(localOrgId), { after: 0, limit: 5 })).map((event) => event.seq),
    ).toEqual([1]);
  });

  test("inside a transaction the pool, another transaction and a plain scope are refused as a bug", async () => {
    const { store } = await kind.open();
    const misuses: ((specId: Awaited<ReturnType<typeof addSpec>>) => Promise<unknown>)[] = [
      () => store.pool.query("select 1"),
      () => store.pool.connect(),
      () => store.transaction(localOrgId, async () => undefined),
      (specId) => getSpec(store.scope(localOrgId), specId),
    ];
    for (const misuse of misuses) {
      const attempt = store.transaction(localOrgId, async (tx) => {
        await misuse(await addSpec(tx));
      });
      await expect(attempt).rejects.toThrow(/^bug: .* inside an open transaction/);
    }
    let later: Promise<unknown> | undefined;
    await store.transaction(localOrgId, async () => {
      later = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
        store.pool.query("select 1"),
      );
    });
    await expect(later, "what outlives its transaction is outside again").resolves.toBeDefined();
  });
});
