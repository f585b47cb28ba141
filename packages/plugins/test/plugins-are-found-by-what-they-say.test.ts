import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePluginIndex, readPluginIndex, searchPlugins } from "@aomori/plugins";
import { temporaryDirectory } from "./temporary-directory.ts";
import { thrown } from "./thrown.ts";

function entry(name: string, summary: string, keywords: readonly string[] = []): object {
  return { name, owner: "alice", repository: name, summary, keywords, latest_version: "1.0.0" };
}

const plugins = parsePluginIndex(
  JSON.stringify({
    schema: 1,
    generated_at: "2026-11-28T00:00:00Z",
    plugins: [
      entry("tide", "Looks at waves and tides"),
      entry("waves-report", "Reports on the sea"),
      entry("waves", "Draws what moves", ["sea"]),
      entry("microwaves", "Kitchen timers"),
      entry("forecast", "Tells the weather", ["Waves", "wind"]),
      { ...entry("Draft", "Writes letters"), stars: 12 },
    ],
  }),
  "index.json",
);

function found(query: string): readonly string[] {
  return searchPlugins(plugins, query).map(({ name }) => name);
}

test("the name counts most, then keywords, then the summary; whole words before parts", () => {
  expect(found("waves")).toEqual(["waves", "waves-report", "microwaves", "forecast", "tide"]);
});

test("case does not count, and every word has to occur", () => {
  expect(found("WAVES sea")).toEqual(["waves", "waves-report"]);
  expect(found("waves nowhere")).toEqual([]);
  expect(found("draft")).toEqual(["Draft"]);
  expect(found("  ")).toHaveLength(6);
  expect(found("alice")).toHaveLength(6);
});

test("a query is text, whatever signs it has", () => {
  expect(found(".*")).toEqual([]);
  expect(found("(")).toEqual([]);
});

test.each<[string, RegExp]>([
  ["[]", /expected object/],
  ['{"schema":1}', /plugins: it is missing/],
  ['{"schema":2,"plugins":[]}', /schema: /],
  [JSON.stringify({ schema: 1, plugins: [entry("../x", "d")] }), /plugins\[0\]\.name: /],
  [JSON.stringify({ schema: 1, plugins: [entry("x", "\u001b[2J")] }), /summary: it holds U\+001B/],
  [JSON.stringify({ schema: 1, plugins: [entry("x", "d", [""])] }), /keywords\[0\]: it is blank/],
  ['{"schema":1,"schema":1,"plugins":[]}', /it says schema twice/],
])("an index that is wrong is refused: %s", async (text, says) => {
  const error = await thrown(() => parsePluginIndex(text, "index.json"));
  expect(error.code).toBe("INDEX_INVALID");
  expect(error.message).toMatch(says);
});

test("an index is read from its file, and a missing one is said", async () => {
  const path = join(await temporaryDirectory(), "index.json");
  expect((await thrown(() => readPluginIndex(path))).code).toBe("INDEX_NOT_FOUND");
  await writeFile(path, JSON.stringify({ schema: 1, plugins: [entry("tide", "d")] }));
  expect(await readPluginIndex(path)).toEqual([entry("tide", "d")]);
});
