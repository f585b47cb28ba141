import fc from "fast-check";
import { expect, test } from "vitest";
import type { Adapter } from "../src/adapter.ts";
import { createBudget } from "../src/running/budget.ts";
import { noOptions } from "../src/running/options.ts";
import { Pager } from "../src/running/pager.ts";
import type { ToolRecord } from "../src/record.ts";
import { recordSchema } from "../src/json-schema.ts";
import { oddDirectory, oddNames, bytesOf, sortedHex } from "./odd-names.ts";
import { machinemode } from "./run-machinemode.ts";

const adapter: Adapter = {
  name: "list",
  summary: "",
  channel: "",
  source: "native",
  effects: { readOnly: true },
  recordTypes: ["entry"],
  schema: recordSchema("entry", {}),
  cursor: { kind: "position" },
  plan: () => ({ kind: "native", items: () => [] }),
};

interface Page {
  readonly records: readonly ToolRecord[];
  readonly next: string | undefined;
}

function pageOf(
  all: readonly ToolRecord[],
  limits: { limit?: number; maxBytes?: number; cursor?: string | undefined },
): Page {
  const options = { ...noOptions, ...limits, cursor: limits.cursor };
  const pager = new Pager(adapter, ["x"], options, createBudget(options));
  const records: ToolRecord[] = [];
  for (const record of all) {
    if (pager.takes(record)) records.push(record);
    if (pager.isFull) break;
  }
  if (!pager.isFull) pager.checkReached();
  return { records, next: pager.summary().next_cursor };
}

const lists = fc.array(
  fc.record({
    type: fc.constant("entry"),
    source: fc.constant("native" as const),
    name: fc.string(),
    n: fc.bigInt(),
  }),
);

test("pages of any size, by count or by bytes, are the whole, in order and once", () => {
  fc.assert(
    fc.property(
      lists,
      fc.integer({ min: 1, max: 7 }),
      fc.option(fc.integer({ min: 400, max: 900 })),
      (all, limit, maxBytes) => {
        const seen: ToolRecord[] = [];
        let cursor: string | undefined;
        do {
          const page = pageOf(all, { limit, cursor, ...(maxBytes === null ? {} : { maxBytes }) });
          expect(page.records.length).toBeLessThanOrEqual(limit);
          if (page.next !== undefined) expect(page.records.length).toBeGreaterThan(0);
          seen.push(...page.records);
          cursor = page.next;
        } while (cursor !== undefined);
        expect(seen).toEqual(all);
      },
    ),
  );
});

test("a list that changed before the cursor is refused, not told with a gap", () => {
  const all = Array.from({ length: 5 }, (_value, n): ToolRecord => ({
    type: "entry",
    source: "native",
    n,
  }));
  const { next } = pageOf(all, { limit: 3 });
  const changed = [all[0]!, ...all.slice(2)];
  expect(() => pageOf(changed, { limit: 3, cursor: next })).toThrow(/changed/);
  expect(() => pageOf(all.slice(0, 2), { limit: 3, cursor: next })).toThrow(/changed/);
});

test("a cursor that is none, or of another call, is refused", async () => {
  const cwd = oddDirectory();
  const garbage = await machinemode(["--cursor", "bm9uc2Vuc2U", "ls"], { cwd });
  expect(garbage.events.at(-2)).toMatchObject({ code: "INVALID_CURSOR", category: "validation" });
  const first = await machinemode(["--limit", "1", "ls"], { cwd });
  const other = await machinemode(
    ["--cursor", first.summary["next_cursor"] as string, "ls", "-a"],
    {
      cwd,
    },
  );
  expect(other.events.at(-2)).toMatchObject({ code: "INVALID_CURSOR" });
});

test("pages of ls are all names", async () => {
  const cwd = oddDirectory();
  const seen: Buffer[] = [];
  let cursor: readonly string[] = [];
  for (let page = 0; page < 10; page += 1) {
    const { records, summary } = await machinemode(["--limit", "15", ...cursor, "ls"], { cwd });
    seen.push(...records.map((record) => bytesOf(record, "name")));
    expect(summary["truncated"] === true).toBe(summary["next_cursor"] !== undefined);
    if (summary["next_cursor"] === undefined) break;
    cursor = ["--cursor", summary["next_cursor"] as string];
  }
  expect(sortedHex(seen)).toEqual(sortedHex(oddNames));
});

test("fields are projected, with the bytes beside them, and unknown ones refused", async () => {
  const cwd = oddDirectory();
  const { records } = await machinemode(["--fields", "name", "ls", "-l"], { cwd });
  for (const record of records)
    expect(Object.keys(record).filter((key) => key !== "name_base64")).toEqual([
      "type",
      "source",
      "name",
    ]);
  expect(records.some((record) => "name_base64" in record)).toBe(true);
  const refused = await machinemode(["--fields", "nmae", "ls"], { cwd });
  expect(refused.events.at(-2)).toMatchObject({ code: "UNKNOWN_FIELD", category: "usage" });
});

test("a budget of tokens is kept and said to be an estimate", async () => {
  const { summary, records } = await machinemode(["--max-tokens", "100", "ls"], {
    cwd: oddDirectory(),
  });
  expect(summary).toMatchObject({ ok: true, truncated: true });
  expect(summary["estimated_tokens"]).toBeLessThanOrEqual(100);
  expect(records.length).toBeGreaterThan(0);
});
