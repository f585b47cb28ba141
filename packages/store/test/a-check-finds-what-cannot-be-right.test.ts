import { expect, test } from "vitest";

import { checkStore } from "../src/index.ts";
import { describeStores } from "./describe-stores.ts";
import { addAgent, addSpec, addTasks, at } from "./fixtures.ts";

const damages: Readonly<Record<string, string>> = {
  EVENT_MALFORMED: `update events set type = 'spec.completed', data = '{"commit": 1}' where seq = 2`,
  EVENT_OF_NOBODY:
    "insert into events select 'org_none', seq, id || 'x', at, type, v, project_id, spec_id, ticket_id, task_id, agent_id, summary, data from events where seq = 2",
  EVENT_TWICE: "update events set id = (select id from events where seq = 1) where seq = 2",
  EVENT_GAP: "delete from events where seq = 2",
  COUNTER_BEHIND: "update organizations set task_number = 1 where task_number > 1",
  EDGE_ACROSS_SPECS:
    "update tasks set spec_id = (select id from specs where id <> tasks.spec_id and org_id = tasks.org_id limit 1) where number = 2",
  DEPENDENCY_CYCLE:
    "insert into task_edges select org_id, spec_id, depends_on, task_id from task_edges",
  TASK_REFERENCE_MISSING: "update tasks set agent_id = 'agent_none' where number = 1",
  AGENT_ACROSS_SPECS:
    "update agents set spec_id = (select id from specs where id <> agents.spec_id limit 1)",
  STEP_OF_NOBODY:
    "insert into steps (org_id, agent_id, position, type, summary, at) select id, 'agent_none', 1, 'message', 'x', now() from organizations limit 1",
  STEP_COUNT_WRONG: "update agents set step_count = 4",
  MIGRATION_UNKNOWN: "insert into schema_migrations values ('900000', 'x', now())",
  MIGRATION_MISSING: "delete from schema_migrations",
};

describeStores("check", (kind) => {
  const shared = kind.share();

  test("each kind of damage is found, and only that", async () => {
    const { store, orgId } = await shared.enter();
    await store.transaction(orgId, async (tx) => {
      const specId = await addSpec(tx);
      await addSpec(tx);
      const tasks = await addTasks(tx, specId, [[], [0], [1]]);
      await addAgent(tx, specId, at(tasks, 0).id);
      for (const summary of ["a", "b", "c"])
        tx.emit({ type: "spec.merging", specId, summary, data: {} });
    });
    expect(await checkStore(store)).toEqual([]);
    for (const [code, damage] of Object.entries(damages)) {
      const client = await store.pool.connect();
      let codes: string[];
      try {
        await client.query("begin");
        await client.query(damage);
        codes = (await checkStore({ pool: client })).map((finding) => finding.code);
      } finally {
        await client.query("rollback");
        client.release();
      }
      expect([...new Set(codes)], damage).toEqual([code]);
    }
    expect(await checkStore(store)).toEqual([]);
  });
});
