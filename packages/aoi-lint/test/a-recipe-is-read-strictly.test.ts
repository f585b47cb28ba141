import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecipe } from "../src/index.ts";
import { temporaryFolder } from "./tiny-tools.ts";

async function recipe(content: unknown): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, "aoi.lint.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return { folder, path };
}

test("what it names beside itself is found from there", async () => {
  const { folder, path } = await recipe({
    tool: ["python3", "hello.py"],
    fixture: "shelf",
    baseline: "schema.json",
    pass_env: ["HELLO_TOKEN"],
    failures: { not_found: ["show", "nothing"], authn: { argv: ["show"], env: { KEY: "" } } },
    exit_codes: { not_found: 4 },
    cursor: {},
  });
  expect(await readRecipe(path)).toMatchObject({
    tool: ["python3", "hello.py"],
    fixture: join(folder, "shelf"),
    baseline: join(folder, "schema.json"),
    passEnv: ["HELLO_TOKEN"],
    failures: { not_found: { argv: ["show", "nothing"] }, authn: { env: { KEY: "" } } },
    exitCodes: { not_found: 4 },
    cursor: { flag: "--cursor", field: "next_cursor" },
  });
});

test.each([
  ["no JSON", "{", /is not JSON/],
  ["an array", [], /needs an object at "the top"/],
  ["a field nobody knows", { failure: {} }, /unknown field "failure"; known: .*failures/],
  ["a category nobody knows", { failures: { missing: [] } }, /unknown field "missing" in failures/],
  ["text for a list", { large: "list --all" }, /needs an array at "large"/],
  ["a number in a list", { failures: { usage: ["x", 1] } }, /at "failures.usage\[1\]", not 1/],
  [
    "an interval that is none",
    { unbounded: { argv: [], heartbeat_ms: -1 } },
    /unbounded.heartbeat_ms/,
  ],
])("%s is refused with its place", async (_what, content, says) => {
  const { path } = await recipe(content);
  await expect(readRecipe(path)).rejects.toMatchObject({
    category: "usage",
    code: "INVALID_RECIPE",
    message: expect.stringMatching(says),
  });
});

test("a file that is not there is said", async () => {
  await expect(readRecipe("/nowhere/aoi.lint.json")).rejects.toMatchObject({
    code: "RECIPE_NOT_FOUND",
  });
});
