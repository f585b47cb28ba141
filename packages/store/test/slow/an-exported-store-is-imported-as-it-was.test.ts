import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import {
  appendSteps,
  beginRuns,
  checkStore,
  createKey,
  ensureOrganization,
  exportStore,
  importStore,
  insertArtifact,
  insertDiscovery,
  insertSteering,
  insertTickets,
  listTasks,
  localOrgId,
  readEvents,
  reserveNumbers,
  startAttempt,
  startIdempotent,
  updateTask,
} from "../../src/index.ts";
import type { Store } from "../../src/index.ts";
import { describeStores, openAny } from "../describe-stores.ts";
import { addAgent, addSpec, addTasks, at } from "../fixtures.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "aomori-export-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const awkward = 'two\nlines, \u2028 separator, "quotes", \\ back, é 🗻, NUL \0, half \ud83d';

/** A row in every table. */
async function fill(store: Store): Promise<void> {
  await ensureOrganization(store, { id: "org_other", name: awkward });
  for (const orgId of [localOrgId, "org_other"] as const) {
    await store.transaction(orgId, async (tx) => {
      await createKey(tx, { name: awkward, scopes: ["specs:read", "tasks:write"] });
      const specId = await addSpec(tx);
      await insertArtifact(tx, {
        specId,
        phase: "PRD",
        status: "candidate",
        origin: "model",
        score: 0.1 + 0.2,
        criteria: [{ name: awkward, weight: 1e-300, score: 1, detail: "" }],
        vetoes: [],
        feedback: [awkward],
        content: { awkward, deep: [[null, true, 1.5, {}]], large: 2 ** 60 },
        createdBy: "model",
      });
      await startAttempt(tx, {
        id: `att_${orgId === localOrgId ? "a" : "b"}`,
        specId,
        phase: "PRD",
        number: 1,
        planRun: 1,
        prompt: awkward,
      });
      const { tickets } = await reserveNumbers(tx, { tickets: 1 });
      await insertTickets(tx, [
        {
          id: at(tickets, 0),
          specId,
          localId: "TKT-1",
          title: awkward,
          description: "",
          priority: "high",
          requirements: [],
          acceptanceCriteria: [awkward],
        },
      ]);
      const tasks = await addTasks(tx, specId, [[], [0]], {
        ticketId: at(tickets, 0),
        notes: [awkward],
      });
      const taskId = at(tasks, 0).id;
      beginRuns(tx, [{ id: taskId, run: 1, attempt: 1 }]);
      updateTask(tx, taskId, {
        conflictScore: 1 / 3,
        failure: { code: "X", message: awkward, at: tx.now },
      });
      const agentId = await addAgent(tx, specId, taskId);
      appendSteps(tx, agentId, {
        position: 0,
        steps: [
          {
            type: "thought",
            summary: awkward,
            text: awkward,
            tool: null,
            callId: null,
            data: { awkward },
            atMs: tx.nowMs,
            durationMs: null,
          },
          {
            type: "usage",
            summary: "",
            text: null,
            tool: null,
            callId: null,
            data: null,
            atMs: tx.nowMs,
            durationMs: 3,
          },
        ],
      });
      await insertSteering(tx, {
        id: `steer_${orgId === localOrgId ? "a" : "b"}`,
        agentId,
        action: "refocus",
        instruction: awkward,
        deliver: "now",
        createdBy: "x",
      });
      await insertDiscovery(tx, {
        specId,
        sourceTaskId: taskId,
        agentId,
        originKey: awkward,
        title: awkward,
        description: "",
      });
      await startIdempotent(
        tx,
        { operation: "specs.create", key: awkward, requestHash: new Uint8Array([0, 255, 7]) },
        { abandonedAfterMs: 1 },
      );
      tx.emit({ type: "task.ready", summary: awkward, specId, taskId, data: {} });
      tx.emit({ type: "spec.cancelled", summary: "", specId, data: { by: awkward } });
    });
  }
}

const body = async (path: string): Promise<string> => {
  const text = await readFile(path, "utf8");
  return text.slice(text.indexOf("\n"));
};

describeStores("export and import", (kind) => {
  test("every row comes back, and a second export is equal byte for byte", async () => {
    const { store } = await kind.open();
    await fill(store);
    const first = join(directory, "first.jsonl");
    const second = join(directory, "second.jsonl");
    const { rows } = await exportStore(store, first);
    const tables = new Set(
      [...(await body(first)).matchAll(/^\{"table":"([a-z_]+)"/gm)].map((match) => match[1]),
    );
    expect(tables.size).toBe(15);

    for (const other of await openAny()) {
      expect(await importStore(other, first)).toEqual({ rows });
      expect(await exportStore(other, second)).toEqual({ rows });
      expect(await body(second)).toBe(await body(first));
      expect(await checkStore(other)).toEqual([]);
      const { items } = await listTasks(other.scope("org_other"), { limit: 10 });
      expect(items.map((task) => task.id)).toEqual(["TSK-002", "TSK-001"]);
      await other.transaction("org_other", async (tx) => {
        tx.emit({ type: "spec.merging", summary: "goes on", data: {} });
      });
      const events = await readEvents(other.scope("org_other"), { after: 0, limit: 10 });
      expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
    }
  });

  test("a store with rows, a file cut off and a file of another version are refused, and nothing changes", async () => {
    const { store } = await kind.open();
    await fill(store);
    const path = join(directory, "store.jsonl");
    await exportStore(store, path);
    await expect(importStore(store, path)).rejects.toMatchObject({ code: "STORE_NOT_EMPTY" });

    const [other] = await openAny();
    if (other === undefined) throw new Error("no other store");
    const text = await readFile(path, "utf8");
    const lines = text.trimEnd().split("\n");
    const edited = (table: string, from: RegExp, to: string): string =>
      text.replaceAll(new RegExp(`^\\{"table":"${table}",[^\\n]*`, "gm"), (line) => {
        expect(line).toMatch(from);
        return line.replace(from, to);
      });
    const broken = {
      "steps of no agent": edited("steps", /"agent_id": "[^"]+"/, '"agent_id": "agent_none"'),
      "an agent of another spec": edited("agents", /"spec_id": "[^"]+"/, '"spec_id": "spec_none"'),
      "an event of no organisation": edited("events", /"org_id": "[^"]+"/, '"org_id": "org_none"'),
      "an event twice": edited("events", /"id": "[^"]+"/, '"id": "evt_one"'),
      "cut off at a line": lines.slice(0, -3).join("\n"),
      "cut off in a line": text.slice(0, text.length / 2),
      "a line missing": [...lines.slice(0, 5), ...lines.slice(6)].join("\n"),
      "another version": text.replace(/"schema_version":"[0-9]+"/, '"schema_version":"999999"'),
      "no export": '{"some":"json"}\n',
      empty: "",
    };
    for (const [what, content] of Object.entries(broken)) {
      await writeFile(path, content);
      await expect(importStore(other, path), what).rejects.toMatchObject({
        code: "EXPORT_UNREADABLE",
      });
    }
    await writeFile(path, text);
    await importStore(other, path);
    expect(await checkStore(other)).toEqual([]);
  });
});
