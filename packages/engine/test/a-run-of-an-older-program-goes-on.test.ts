import { localOrgId, listAgents } from "@aomori/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "./bench/open-bench.ts";
import { at, runPlanned } from "./bench/planned-spec.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Statements of a migration or of a person: they know no organisation. */
async function change(text: string, values: readonly unknown[]): Promise<void> {
  const { rowCount } = await bench.store.pool.query(text, [...values]);
  expect(rowCount, text).toBe(1);
}

const stepsOf = async (workflow: string) => {
  const { rows } = await bench.store.pool.query<{ function_name: string }>(
    "select function_name from dbos.operation_outputs where workflow_uuid = $1 order by function_id",
    [workflow],
  );
  return rows.map((row) => row.function_name);
};

test("work that an older program recorded without completing its task is completed, and not done again", async () => {
  const { id, tasks } = await runPlanned(bench, {
    waits: [[], [0]],
    settings: { validate: true },
    agent: async ({ start, write, rest }) => {
      if (start.mode === "validation") await rest();
      await write(`${start.agentId}.txt`, "done");
      return "I wrote a file.";
    },
  });
  const first = at(tasks, 0);
  await bench.seen(
    id,
    "agent.started",
    ({ data }) => "execution_mode" in data && data["execution_mode"] === "validation",
  );
  await bench.stopEngine();
  expect(bench.problems.splice(0)).toEqual([expect.stringContaining("Shutting down")]);

  // As programs left it that completed the task in a step of its own: the work is stored, and nobody judges it.
  const workflow = `${localOrgId}/${first}/1`;
  expect(await stepsOf(workflow)).toEqual(["work"]);
  await change(
    `update dbos.operation_outputs set output = replace(output, '"validates":true', '"validates":false')
     where workflow_uuid = $1 and output like '%"validates":true%'`,
    [workflow],
  );
  await change("delete from agents where task_id = $1 and execution_mode = 'validation'", [first]);
  await change("update tasks set status = 'running' where id = $1", [first]);
  await change(`update specs set settings = settings || '{"validate": false}' where id = $1`, [id]);

  await bench.startEngine();
  expect(await bench.ended(id)).toBe("completed");
  expect(await stepsOf(workflow)).toEqual(["work", "finish"]);
  const { items } = await listAgents(bench.store.scope(localOrgId), { taskId: first, limit: 10 });
  expect(items).toHaveLength(1);
  expect(bench.types(id, "task.completed")).toHaveLength(2);
  expect(bench.problems).toEqual([]);
});
