import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failures, goodTool, lintAll, tool } from "../tiny-tools.ts";

const node = process.execPath;

test("a listing passes all that is proposed, and what a recipe opens is verified", async () => {
  const { path, cwd } = await tool(node, goodTool);
  const checks = await lintAll({
    argv: [path, "list", "--output", "jsonl"],
    cwd,
    profile: "proposed",
    skip: ["DET", "IN-006", "DISC-005"],
    recipe: {
      large: ["list", "--count", "20000"],
      slow: ["list", "--count", "4", "--every-ms", "400"],
      failures: { usage: { argv: ["nothing"] }, validation: { argv: ["list", "--cursor", "x"] } },
      input: { argv: ["copy", "--input-jsonl", "-"], sample: [{ type: "hit", id: 7 }] },
    },
  });
  expect(failures(checks)).toEqual({});
  const open = [...checks.values()].filter(({ verdict }) => verdict === "not_verified");
  const names = open.map(({ rule }) => rule).sort();
  // What the recipe says nothing about, and nothing else.
  expect(names.join(" ")).toBe(
    "AUD-001 BND-004 ERR-004 IDEM-001 IDEM-002 RED-003 SAFE-001 SAFE-002 SAFE-003 TIME-001 TIME-002 VER-001",
  );
});

test("a destructive command is run only when that is allowed, and then in copies of the folder", async () => {
  const { path, cwd } = await tool(node, goodTool);
  await writeFile(join(cwd, "a.txt"), "still here");
  const argv = [path, "remove", "--yes", "--output", "jsonl"];
  const held = await lintAll({ argv, cwd, rules: ["SUM-001", "SAFE-001"] });
  expect(held.get("SUM-001")).toMatchObject({ verdict: "not_verified" });
  expect(held.get("SUM-001")?.reason).toContain("--allow-writes");
  const run = await lintAll({ argv, cwd, rules: ["SUM", "SAFE"], allowWrites: true });
  expect(failures(run)).toEqual({});
  expect(run.get("SAFE-001")?.verdict).toBe("passed");
  expect(run.get("SAFE-002")?.verdict).toBe("passed");
});
