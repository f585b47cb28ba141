import { PGlite } from "@electric-sql/pglite";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { pglitePool } from "../src/pglite-connection.ts";

let pglite: PGlite;
let pool: Pool;

beforeAll(async () => {
  pglite = new PGlite();
  pool = pglitePool(pglite);
  await pool.query("select 1");
});

afterAll(async () => {
  await pool.end();
  await pglite.close();
});

beforeEach(async () => {
  await pool.query(
    "drop table if exists things; create table things (id int primary key, name text)",
  );
});

const add = (id: unknown, name: unknown) =>
  pool.query("insert into things (id, name) values ($1, $2) returning *", [id, name]);

const prepared = async (text: string): Promise<number> => {
  const { rows } = await pool.query("select statement from pg_prepared_statements");
  return rows.filter(({ statement }) => statement === text).length;
};

test("values, rows, notices and several results come through", async () => {
  expect((await add(1, "Aomori 青森 \u{1f34e}")).rows).toEqual([
    { id: 1, name: "Aomori 青森 \u{1f34e}" },
  ]);
  expect((await add(2, null)).rows).toEqual([{ id: 2, name: null }]);
  const large = "x".repeat(3_000_000);
  expect((await add(3, large)).rows[0]?.name).toHaveLength(large.length);
  const { rows } = await pool.query("select id from things order by id");
  expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(await pool.query("select 1 as a; select 2 as b")).toMatchObject([
    { rows: [{ a: 1 }] },
    { rows: [{ b: 2 }] },
  ]);
  const client = await pool.connect();
  const said = new Promise((resolve) => client.once("notice", ({ message }) => resolve(message)));
  await client.query("do $$ begin raise notice 'hear me'; end $$");
  expect(await said).toBe("hear me");
  client.release();
});

test("what fails says why, at each of its messages, and what follows is carried out", async () => {
  const failures: [unknown, unknown, string][] = [
    [1, "a", "23505"],
    ["no number", "b", "22P02"],
  ];
  await add(1, "first");
  for (let round = 0; round < 4; round++) {
    for (const [id, name, code] of failures)
      await expect(add(id, name)).rejects.toMatchObject({ code });
    await expect(pool.query("select $1::int + nothing", [1])).rejects.toMatchObject({
      code: "42703",
    });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    await expect(add(2, circular)).rejects.toThrow("circular");
    await add(round + 10, "goes on");
  }
  expect((await pool.query("select count(*)::int as n from things")).rows).toEqual([{ n: 5 }]);
});

test("many at once are answered each with its own", async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => pool.query("select $1::int as n", [n])),
  );
  expect(answers.map(({ rows }) => rows[0].n)).toEqual(answers.map((_, n) => n));
});

test("statements without a pause let the event loop come round", async () => {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const startedAtMs = performance.now();
  for (let n = 0; performance.now() - startedAtMs < 300; n++) {
    await pool.query("select $1::int as n", [n]);
  }
  isOver = true;
  expect(turns).toBeGreaterThan(10);
});

test("a transaction that failed takes nothing until it is rolled back", async () => {
  const client = await pool.connect();
  await client.query("begin");
  await client.query("insert into things values ($1, 'a')", [1]);
  await expect(client.query("insert into things values ($1, 'a')", [1])).rejects.toThrow();
  await expect(client.query("select $1::int", [1])).rejects.toMatchObject({ code: "25P02" });
  await client.query("rollback");
  client.release();
  expect((await pool.query("select * from things")).rows).toEqual([]);
});

test("a statement without a name is prepared when it comes again, once", async () => {
  const text = "select name from things where id = $1";
  for (let round = 0; round < 6; round++) {
    expect(await prepared(text)).toBe(round < 3 ? 0 : 1);
    await pool.query(text, [round]);
  }
  for (let round = 0; round < 3; round++) await pool.query({ name: "mine", text, values: [1] });
  expect(await prepared(text)).toBe(2);
});

test("a statement that was prepared follows its table when that changes", async () => {
  const text = "select * from things where id > $1";
  const read = async () => (await pool.query(text, [0])).rows;
  await add(1, "a");
  for (let round = 0; round < 5; round++) expect(await read()).toEqual([{ id: 1, name: "a" }]);
  await pool.query("alter table things add column more int");
  await read().catch((error: unknown) => expect(error).toMatchObject({ code: "0A000" }));
  expect(await read()).toEqual([{ id: 1, name: "a", more: null }]);
});

test("a client that was let go of is followed by another on the same session", async () => {
  const first = await pool.connect();
  for (let round = 0; round < 5; round++) await first.query("select $1::int as n", [round]);
  await first.query("begin");
  await first.query("insert into things values (1, 'left open')");
  first.release(true);
  expect((await pool.query("select * from things")).rows).toEqual([]);
  expect((await pool.query("select $1::int as n", [7])).rows).toEqual([{ n: 7 }]);
});
