import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import * as door from "../src/index.ts";
import { localOrgId } from "../src/index.ts";
import type { OrgScope, OrgTransaction, Store } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addAgent, addSpec, addTasks, at } from "./fixtures.ts";

const page = { limit: 50 };
const other = "org_other";

/** One of everything, in an organisation. */
async function fill(store: Store) {
  return store.transaction(other, async (tx) => {
    const key = await door.createKey(tx, { name: "k", scopes: ["specs:read"] });
    const specId = await addSpec(tx);
    const spec = await door.findSpecRow(tx, specId);
    if (spec === undefined) throw new Error("no spec");
    const artifact = {
      specId,
      phase: "PRD",
      status: "accepted",
      origin: "model",
      score: 1,
      criteria: [],
      vetoes: [],
      feedback: [],
      createdBy: "x",
    } as const;
    await door.insertArtifact(tx, { ...artifact, content: { user_stories: [] } });
    await door.startAttempt(tx, {
      id: "att_a",
      specId,
      phase: "PRD",
      number: 1,
      planRun: 1,
      prompt: "",
    });
    const { tickets } = await door.reserveNumbers(tx, { tickets: 1 });
    const ticketId = at(tickets, 0);
    await door.insertTickets(tx, [
      {
        id: ticketId,
        specId,
        localId: "t",
        title: "",
        description: "",
        priority: "low",
        requirements: [],
        acceptanceCriteria: [],
      },
    ]);
    const tasks = await addTasks(tx, specId, [[], [0]], { ticketId });
    const taskId = at(tasks, 0).id;
    const agentId = await addAgent(tx, specId, taskId, "run/1");
    door.appendSteps(tx, agentId, { position: 0, steps: [step] });
    await door.insertSteering(tx, {
      id: "steer_a",
      agentId,
      action: "stop",
      instruction: "",
      deliver: "now",
      createdBy: "x",
    });
    await door.insertDiscovery(tx, {
      specId,
      sourceTaskId: taskId,
      agentId,
      originKey: "o",
      title: "",
      description: "",
    });
    await door.startIdempotent(tx, request, { abandonedAfterMs: 60_000 });
    const result = { taskId, diff: "", diffTruncated: false, filesChanged: [], testSummary: null };
    const done = { ...result, logs: "said", commit: null };
    door.updateTask(tx, taskId, { status: "completed", mergeState: "queued", result: done });
    tx.emit({ type: "task.ready", specId, taskId, summary: "", data: {} });
    tx.record(pastEvent);
    return { keyId: key.id, specId, spec, ticketId, tasks, taskId, agentId };
  });
}

const step = {
  type: "thought",
  summary: "",
  text: null,
  tool: null,
  callId: null,
  data: null,
  atMs: 0,
  durationMs: null,
} as const;
const pastEvent = {
  id: "evt_00000000000000000000000001",
  at: "2026-01-01T00:00:00.000Z",
  type: "plugin.rolled_back",
  summary: "",
  data: { name: "hello", version: "1.0.0", source: "acme/hello", commit: null, from: "2.0.0" },
} as const;
const request = { operation: "specs.create", key: "k", requestHash: new Uint8Array([1]) };

type Ids = Awaited<ReturnType<typeof fill>>;

/** Every way to read, each asked for what the other organisation has; the names are checked against the door. */
const reads: Readonly<Record<string, (scope: OrgScope, ids: Ids) => Promise<unknown>>> = {
  getKey: (scope, { keyId }) => door.getKey(scope, keyId),
  listKeys: (scope) => door.listKeys(scope, page),
  getProject: (scope, { spec }) => door.getProject(scope, spec.projectId),
  findProjectByRepository: (scope, { spec }) =>
    door.findProjectByRepository(scope, spec.repository),
  listProjects: (scope) => door.listProjects(scope, page),
  findSpecRow: (scope, { specId }) => door.findSpecRow(scope, specId),
  hasTasks: async (scope, { specId }) =>
    (await door.hasTasks(scope, specId)) ? specId : undefined,
  getSpec: (scope, { specId }) => door.getSpec(scope, specId),
  listSpecs: (scope) => door.listSpecs(scope, page),
  listArtifacts: (scope, { specId }) => door.listArtifacts(scope, specId),
  newestArtifact: (scope, { specId }) => door.newestArtifact(scope, specId, "PRD"),
  acceptedArtifacts: async (scope, { specId }) =>
    Object.keys(await door.acceptedArtifacts(scope, specId)),
  findAttempt: (scope) => door.findAttempt(scope, "att_a"),
  listAttemptRows: (scope, { specId }) => door.listAttemptRows(scope, specId),
  listAttempts: (scope, { specId }) => door.listAttempts(scope, specId),
  getTicket: (scope, { ticketId }) => door.getTicket(scope, ticketId),
  listTickets: (scope, { specId }) => door.listTickets(scope, { ...page, specId }),
  getTask: (scope, { taskId }) => door.getTask(scope, taskId),
  findTaskRow: (scope, { taskId }) => door.findTaskRow(scope, taskId),
  getTaskResult: (scope, { taskId }) => door.getTaskResult(scope, taskId),
  listLastWords: async (scope, { taskId }) => [...(await door.listLastWords(scope, [taskId]))],
  listTaskRows: (scope, { specId }) => door.listTaskRows(scope, specId),
  listTaskSteps: (scope, { taskId }) => door.listTaskSteps(scope, taskId, page),
  listTasks: (scope, { specId }) => door.listTasks(scope, { ...page, specId }),
  listEdges: (scope, { specId }) => door.listEdges(scope, specId),
  findAgentRow: (scope, { agentId }) => door.findAgentRow(scope, agentId),
  getAgent: (scope, { agentId }) => door.getAgent(scope, agentId),
  listAgentRowsByRun: (scope) => door.listAgentRowsByRun(scope, "run"),
  listAgents: (scope) => door.listAgents(scope, page),
  listSteps: (scope, { agentId }) => door.listSteps(scope, agentId, page),
  getSteering: (scope) => door.getSteering(scope, "steer_a"),
  listSteerings: (scope, { agentId }) => door.listSteerings(scope, agentId),
  listDiscoveries: (scope, { specId }) => door.listDiscoveries(scope, specId),
  readEvents: (scope) => door.readEvents(scope, { after: 0, limit: 10 }),
  storedEvents: async (scope) => [...(await door.storedEvents(scope, [pastEvent.id]))],
  newestEventType: (scope, { taskId }) => door.newestEventType(scope, taskId, ["task.ready"]),
  lastEventSeq: async (scope) => ((await door.lastEventSeq(scope)) === 0 ? undefined : 1),
};

/** Every way to change a row, aimed at the other organisation's. */
const changes: Readonly<Record<string, (tx: OrgTransaction, ids: Ids) => Promise<unknown>>> = {
  revokeKey: (tx, { keyId }) => door.revokeKey(tx, keyId),
  updateSpec: async (tx, { specId }) => door.updateSpec(tx, specId, { status: "failed" }),
  addSpecUsage: async (tx, { specId }) =>
    door.addSpecUsage(tx, specId, { inputTokens: 1, outputTokens: 1, costMicrousd: 1 }),
  setArtifactStatus: (tx, { specId }) => door.setArtifactStatus(tx, specId, "PRD", 1, "stale"),
  acceptArtifact: (tx, { specId }) => door.acceptArtifact(tx, specId, "PRD", 1),
  markStaleFrom: (tx, { specId }) => door.markStaleFrom(tx, specId, "EXPLORE"),
  finishAttempt: (tx) => door.finishAttempt(tx, "att_a", { status: "failed", durationMs: 1 }),
  setTicketStatuses: async (tx, { ticketId }) =>
    door.setTicketStatuses(tx, [{ id: ticketId, status: "failed" }]),
  updateTask: async (tx, { taskId }) => door.updateTask(tx, taskId, { status: "failed" }),
  setTaskStatuses: async (tx, { taskId }) =>
    door.setTaskStatuses(tx, [{ id: taskId, status: "failed" }]),
  beginRuns: async (tx, { taskId }) => door.beginRuns(tx, [{ id: taskId, run: 9, attempt: 9 }]),
  endAgent: (tx, { agentId }) => door.endAgent(tx, agentId, { status: "failed" }),
  heartbeatAgent: (tx, { agentId }) => door.heartbeatAgent(tx, agentId),
  setAgentStatus: (tx, { agentId }) => door.setAgentStatus(tx, agentId, "idle"),
  concludeAgent: async (tx, { agentId }) =>
    door.concludeAgent(tx, agentId, { status: "failed" }, { position: 1, steps: [step] }),
  appendSteps: async (tx, { agentId }) =>
    door.appendSteps(tx, agentId, { position: 1, steps: [step] }),
  takePendingSteerings: (tx, { agentId }) => door.takePendingSteerings(tx, agentId),
  dropSteerings: (tx, { agentId }) => door.dropSteerings(tx, agentId),
  settleSteering: (tx) => door.settleSteering(tx, "steer_a", "undeliverable"),
  finishIdempotent: (tx) => door.finishIdempotent(tx, request, { status: 200, response: {} }),
  releaseIdempotent: (tx) => door.releaseIdempotent(tx, request),
};

/** Every way to add a row that belongs to another one; the database refuses a parent of another organisation. */
const additions: Readonly<Record<string, (tx: OrgTransaction, ids: Ids) => Promise<unknown>>> = {
  insertSpec: (tx, { spec }) => addSpec(tx, spec.projectId),
  insertArtifact: (tx, { specId }) =>
    door.insertArtifact(tx, {
      specId,
      phase: "PRD",
      status: "candidate",
      origin: "model",
      score: 1,
      criteria: [],
      vetoes: [],
      feedback: [],
      content: {},
      createdBy: "x",
    }),
  startAttempt: (tx, { specId }) =>
    door.startAttempt(tx, { id: "att_b", specId, phase: "PRD", number: 2, planRun: 1, prompt: "" }),
  insertTickets: (tx, { specId }) =>
    door.insertTickets(tx, [
      {
        id: "TKT-099",
        specId,
        localId: "z",
        title: "",
        description: "",
        priority: "low",
        requirements: [],
        acceptanceCriteria: [],
      },
    ]),
  insertTasks: (tx, { specId }) => addTasks(tx, specId, [[]], { localId: "z" }),
  insertEdges: (tx, { specId, tasks }) =>
    door.insertEdges(tx, specId, [{ from: at(tasks, 1).id, to: at(tasks, 0).id }]),
  insertAgent: (tx, { specId, taskId }) => addAgent(tx, specId, taskId),
  insertSteering: (tx, { agentId }) =>
    door.insertSteering(tx, {
      id: "steer_b",
      agentId,
      action: "stop",
      instruction: "",
      deliver: "now",
      createdBy: "x",
    }),
  insertDiscovery: (tx, { specId, taskId, agentId }) =>
    door.insertDiscovery(tx, {
      specId,
      sourceTaskId: taskId,
      agentId,
      originKey: "p",
      title: "",
      description: "",
    }),
};

/** What is of no organisation, of the whole store by its name, or adds a row without a parent. */
const elsewhere = [
  "openStore",
  "exportStore",
  "importStore",
  "checkStore",
  "authenticate",
  "ensureLocalKey",
  "ensureOrganization",
  "getOrganization",
  "createKey",
  "insertProject",
  "reserveNumbers",
  "startIdempotent",
  "deriveAgentHealth",
  "matchesFilter",
  "findWorker",
  "takeWorker",
  "heartbeatWorker",
  "releaseWorker",
];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" &&
    value !== null &&
    "items" in value &&
    Array.isArray(value.items) &&
    value.items.length === 0);

async function exported(store: Store): Promise<string[]> {
  const path = join(tmpdir(), `aomori-tenancy-${process.pid}-${Math.random()}.jsonl`);
  await door.exportStore(store, path);
  const lines = (await readFile(path, "utf8")).split("\n");
  await rm(path);
  return lines.filter((line) => line.includes(`"org_id": "${other}"`));
}

test("this test knows every function of the package", () => {
  const functions = Object.entries(door)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);
  const known = [reads, changes, additions].flatMap((group) => Object.keys(group));
  expect(functions.filter((name) => !name.startsWith("allOrganizations")).sort()).toEqual(
    [...known, ...elsewhere].sort(),
  );
});

describeStores("tenancy", (kind) => {
  test("nothing of another organisation is read, changed or added to", async () => {
    const { store } = await kind.open();
    await door.ensureOrganization(store, { id: other, name: "other" });
    const ids = await fill(store);
    const before = await exported(store);
    expect(before.length).toBeGreaterThan(13);

    for (const [name, read] of Object.entries(reads)) {
      const own = isEmpty(await read(store.scope(other), ids));
      expect(own, `${name} finds what is its own`).toBe(false);
      expect(
        isEmpty(await read(store.scope(localOrgId), ids)),
        `${name} finds nothing foreign`,
      ).toBe(true);
    }
    for (const change of Object.values(changes)) {
      await store.transaction(localOrgId, (tx) => change(tx, ids));
    }
    for (const [name, add] of Object.entries(additions)) {
      const added = store.transaction(localOrgId, (tx) => add(tx, ids));
      await expect(added, name).rejects.toMatchObject({
        code: expect.stringMatching(/^235/),
      });
    }
    expect(await exported(store)).toEqual(before);
    expect(await door.checkStore(store)).toEqual([]);
  });
});
