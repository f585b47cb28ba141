import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseScenario } from "../src/index.ts";

test("the scenario in the README is valid", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const json = /```json\n([\s\S]*?)```/.exec(readme)?.at(1) ?? "";
  expect(parseScenario(JSON.parse(json), "README.md").tasks.map(({ title }) => title)).toEqual([
    "Greet",
  ]);
});
