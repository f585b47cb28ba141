import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { breakingChanges } from "../src/rules/schema-changes.ts";
import { failures, goodTool, lintAll, tool } from "./tiny-tools.ts";

const event = (properties: object, required: readonly string[] = []) => ({
  anyOf: [{ type: "object", properties: { type: { const: "hit" }, ...properties }, required }],
});
const before = event({ id: { type: "integer" }, size: { type: "number" } }, ["id"]);

test.each([
  [
    "a field more",
    event({ id: { type: "integer" }, size: { type: "number" }, title: {} }, ["id"]),
    [],
  ],
  ["a narrower number", event({ id: { type: "integer" }, size: { type: "integer" } }, ["id"]), []],
  ["a field less", event({ id: { type: "integer" } }, ["id"]), ["the field hit.size is gone"]],
  [
    "another type",
    event({ id: { type: "string" }, size: { type: "number" } }, ["id"]),
    ["the field hit.id was integer and is string"],
  ],
  [
    "a field that may be absent now",
    event({ id: { type: "integer" }, size: { type: "number" } }),
    ["the field hit.id is no longer always there"],
  ],
  ["no such event", { anyOf: [] }, ["the event hit is gone"]],
])("%s", (_what, after, changes) => {
  expect(breakingChanges(before, after)).toEqual(changes);
});

test("VER-001 compares with what --write-baseline stored, and asks for a new major version", async () => {
  const { path, cwd } = await tool(process.execPath, goodTool);
  const argv = [path, "list", "--output", "jsonl"];
  const baseline = `${cwd}-schema.json`;
  const bin = resolve(import.meta.dirname, "../src/bin.ts");
  const words = ["--write-baseline", baseline, "--rule", "VER-001", "--", ...argv];
  const stored = spawnSync(process.execPath, ["--conditions=aomori-source", bin, ...words], {
    cwd,
  });
  expect(stored.error).toBeUndefined();
  const rules = ["VER-001"];
  const same = await lintAll({ argv, cwd, rules, recipe: { baseline } });
  expect(same.get("VER-001")?.verdict).toBe("passed");

  const source = await readFile(path, "utf8");
  const retyped = source.replace('id: { type: "integer" }', 'id: { type: "string" }');
  await writeFile(path, retyped);
  const broken = await lintAll({ argv, cwd, rules, recipe: { baseline } });
  expect(failures(broken)["VER-001"]).toContain(
    "the field hit.id was integer and is string since 1.0.0, and the version is 1.0.0",
  );

  await writeFile(path, retyped.replaceAll('schema_version: "1.0.0"', 'schema_version: "2.0.0"'));
  const declared = await lintAll({ argv, cwd, rules, recipe: { baseline } });
  expect(declared.get("VER-001")?.verdict).toBe("passed");
});
