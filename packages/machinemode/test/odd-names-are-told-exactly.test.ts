import { symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import type { Fields } from "./run-machinemode.ts";
import { machinemode } from "./run-machinemode.ts";
import { bytesOf, oddDirectory, oddNames, sortedHex } from "./odd-names.ts";

test("ls tells every odd name once and exactly", async () => {
  const cwd = oddDirectory();
  const { records, summary, status } = await machinemode(["ls", "-la"], { cwd });
  const names = records.map((record) => bytesOf(record, "name"));
  expect(sortedHex(names.filter((name) => !["2e", "2e2e"].includes(name.toString("hex"))))).toEqual(
    sortedHex(oddNames),
  );
  expect(summary).toMatchObject({ ok: true, count: oddNames.length + 2 });
  expect(status).toBe(0);
  for (const record of records.filter(({ kind }) => kind === "file")) {
    const index = oddNames.findIndex((name) => name.equals(bytesOf(record, "name")));
    expect(record["size_bytes"]).toBe(`${index}\n`.length);
  }
});

test("a name that is not UTF-8 has its bytes beside a readable text, and no other has", async () => {
  const { records } = await machinemode(["ls"], { cwd: oddDirectory() });
  const invalid = oddNames.filter((name) => !Buffer.from(name.toString("utf8")).equals(name));
  expect(
    sortedHex(
      records.filter((record) => "name_base64" in record).map((record) => bytesOf(record, "name")),
    ),
  ).toEqual(sortedHex(invalid));
});

test.each([
  ["in this process", []],
  ["by find itself", ["-true"]],
])("find tells every odd name exactly, %s", async (_how, expression) => {
  const cwd = oddDirectory();
  const { records, summary } = await machinemode(
    ["find", ".", ...expression, "-type", "f", "-ls"],
    { cwd },
  );
  expect(sortedHex(records.map((record) => bytesOf(record, "name")))).toEqual(sortedHex(oddNames));
  expect(sortedHex(records.map((record) => bytesOf(record, "path").subarray(2)))).toEqual(
    sortedHex(oddNames),
  );
  expect(summary).toMatchObject({ ok: true, count: oddNames.length });
});

test("both ways of find tell the same facts", async () => {
  const cwd = oddDirectory();
  symlinkSync("a -> b\n", `${cwd}/odd link`);
  const own = await machinemode(["find", ".", "-ls"], { cwd });
  const channel = await machinemode(["find", ".", "-true", "-ls"], { cwd });
  const comparable = (records: readonly Fields[]): unknown[] =>
    records
      .map(({ source: _source, modified_at: time, ...rest }) => ({
        ...rest,
        modified_at: Date.parse(String(time).slice(0, 19) + "Z"),
      }))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  expect(own.records[0]).toMatchObject({ source: "native" });
  expect(channel.records[0]).toMatchObject({ source: "parsed" });
  expect(comparable(own.records)).toEqual(comparable(channel.records));
  expect(own.records.find(({ name }) => name === "odd link")).toMatchObject({
    target: "a -> b\n",
    kind: "symlink",
  });
});

test("stat takes odd names as arguments", async () => {
  const cwd = oddDirectory();
  const typed = oddNames
    .map((name) => name.toString("utf8"))
    .filter((name) => !name.includes("\uFFFD"));
  const { records, summary } = await machinemode(["stat", "--", ...typed], { cwd });
  expect(records.map(({ path }) => path)).toEqual(typed);
  expect(summary["ok"]).toBe(true);
});
