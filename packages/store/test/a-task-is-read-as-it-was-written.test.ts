import { expect, test } from "vitest";

import {
  beginRuns,
  findSpecRow,
  findTaskRow,
  getSpec,
  getTask,
  getTaskResult,
  listEdges,
  listTasks,
  localOrgId,
  updateTask,
} from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addSpec, addTasks, at } from "./fixtures.ts";

describeStores("tasks", (kind) => {
  test("a task shows its fields, its edges both ways and, once set, its result", async () => {
    const { store } = await kind.open();
    const { specId, rows } = await store.transaction(localOrgId, async (tx) => {
      const specId = await addSpec(tx);
      return { specId, rows: await addTasks(tx, specId, [[], [0], [0, 1]]) };
    });
    const scope = store.scope(localOrgId);
    const ids = rows.map((row) => row.id);
    expect(ids).toEqual(["TSK-001", "TSK-002", "TSK-003"]);
    expect(rows.map((row) => row.status)).toEqual(["ready", "pending", "pending"]);

    const first = await getTask(scope, at(ids, 0));
    expect(first).toMatchObject({
      id: "TSK-001",
      specId,
      title: "Task 0",
      estimatedHours: 1.5,
      ownedFiles: ["src/a.ts"],
      dependsOn: [],
      blocks: ["TSK-002", "TSK-003"],
      commit: null,
      merged: false,
      createdAt: "2026-01-02T03:04:05.678Z",
    });
    expect(await listEdges(scope, specId)).toHaveLength(3);

    const result = {
      taskId: at(ids, 0),
      diff: "--- a\n+++ b\n",
      diffTruncated: false,
      filesChanged: [{ path: "a b.ts", status: "added" as const, additions: 1, deletions: 0 }],
      testSummary: null,
      logs: "NUL \0 and a lone \ud800 half",
      commit: "abc",
    };
    expect(await getTaskResult(scope, at(ids, 0))).toBeNull();
    await store.transaction(localOrgId, async (tx) => {
      beginRuns(tx, [{ id: at(ids, 0), run: 1, attempt: 1 }]);
      updateTask(tx, at(ids, 0), { status: "completed", result, notes: ["n"] });
    });
    expect(await getTaskResult(scope, at(ids, 0))).toEqual({
      ...result,
      logs: "NUL \uFFFD and a lone \uFFFD half",
    });
    expect(await findTaskRow(scope, at(ids, 0))).toMatchObject({
      status: "completed",
      notes: ["n"],
      run: 1,
      attempt: 1,
    });
    expect(await getSpec(scope, specId)).toMatchObject({
      counts: {
        tasks: 3,
        tasksByStatus: { completed: 1, pending: 2 },
        tickets: 0,
        agentsActive: 0,
      },
      model: { baseUrl: "http://127.0.0.1:1" },
      settings: { testCommand: ["npm", "test"], maxParallelTasks: 5 },
      gates: ["PRD"],
    });
    expect(await findSpecRow(scope, specId)).toMatchObject({ planRun: 1, orgId: localOrgId });

    const page = await listTasks(scope, { specId, limit: 2 });
    const rest = await listTasks(scope, { specId, limit: 2, cursor: page.nextCursor ?? "" });
    expect([...page.items, ...rest.items].map((task) => task.id)).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
  });
});
