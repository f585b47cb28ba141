import type { OrgId } from "@aomori/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  appendSteps,
  insertTickets,
  listAgents,
  listKeys,
  listProjects,
  listSpecs,
  listSteps,
  listTasks,
  listTaskSteps,
  listTickets,
  createKey,
  reserveNumbers,
} from "../src/index.ts";
import type { OrgScope, Page, PageRequest } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import type { TestClock } from "./describe-stores.ts";
import type { Store } from "../src/index.ts";
import { addAgent, addSpec, addTasks, at } from "./fixtures.ts";

const count = 7;

async function fill(store: Store, clock: TestClock, orgId: OrgId) {
  const { specId, agentId, taskId } = await store.transaction(orgId, async (tx) => {
    const specId = await addSpec(tx);
    const { tickets } = await reserveNumbers(tx, { tickets: count });
    await insertTickets(
      tx,
      tickets.map((id) => ({
        id,
        specId,
        localId: id,
        title: "",
        description: "",
        priority: "low",
        requirements: [],
        acceptanceCriteria: [],
      })),
    );
    const tasks = await addTasks(
      tx,
      specId,
      Array.from({ length: count }, () => []),
    );
    const taskId = at(tasks, 0).id;
    const agentId = await addAgent(tx, specId, taskId);
    for (const id of [agentId, await addAgent(tx, specId, taskId)]) {
      appendSteps(tx, id, {
        position: 0,
        steps: Array.from({ length: count }, (_, index) => ({
          type: "message",
          summary: `${index}`,
          text: null,
          tool: null,
          callId: null,
          data: null,
          atMs: 0,
          durationMs: null,
        })),
      });
    }
    return { specId, agentId, taskId };
  });
  for (let index = 1; index < count; index += 1) {
    // Some rows share their time, so that the id has to break ties.
    if (index % 3 === 0) clock.atMs += 1;
    await store.transaction(orgId, async (tx) => {
      await addSpec(tx);
      await addAgent(tx, specId, taskId);
      await createKey(tx, { name: `${index}`, scopes: [] });
    });
  }
  const lists: Record<string, (scope: OrgScope, page: PageRequest) => Promise<Page<unknown>>> = {
    keys: listKeys,
    projects: listProjects,
    specs: listSpecs,
    agents: listAgents,
    tickets: listTickets,
    "tickets of a spec": (scope, page) => listTickets(scope, { ...page, specId }),
    tasks: listTasks,
    "tasks of a spec": (scope, page) => listTasks(scope, { ...page, specId }),
    steps: (scope, page) => listSteps(scope, agentId, page),
    "steps of a task": (scope, page) => listTaskSteps(scope, taskId, page),
  };
  return lists;
}

describeStores("pages", (kind) => {
  const shared = kind.share();

  test("pages of any size join to the whole list, each row once", async () => {
    const { store, clock, orgId } = await shared.enter();
    const lists = await fill(store, clock, orgId);
    const scope = store.scope(orgId);
    for (const [name, list] of Object.entries(lists)) {
      const whole = await list(scope, { limit: 100 });
      expect(whole.nextCursor, name).toBeNull();
      expect(whole.items.length, name).toBeGreaterThanOrEqual(count - 1);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 15 }), async (limit) => {
          const joined: unknown[] = [];
          let cursor: string | undefined;
          do {
            const page = await list(scope, { limit, cursor });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            joined.push(...page.items);
            cursor = page.nextCursor ?? undefined;
          } while (cursor !== undefined);
          expect(joined).toEqual(whole.items);
        }),
        { numRuns: 6 },
      );
    }
  });

  test("a cursor nobody gave out is refused", async () => {
    const { store, clock, orgId } = await shared.enter();
    const lists = await fill(store, clock, orgId);
    const forged = [
      "x",
      "W10",
      Buffer.from('["now"]').toString("base64url"),
      Buffer.from('["2026-01-01",null]').toString("base64url"),
    ];
    for (const list of Object.values(lists)) {
      for (const cursor of forged) {
        await expect(list(store.scope(orgId), { limit: 1, cursor })).rejects.toMatchObject({
          code: "CURSOR_INVALID",
        });
      }
    }
  });
});
