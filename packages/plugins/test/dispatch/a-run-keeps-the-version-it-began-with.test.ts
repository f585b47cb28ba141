import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dispatch, inner } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

test("a version is marked as in use while it runs, and not any longer", async () => {
  const plugins = newFolder();
  const source = `for mark in "$(dirname "$0")"/../../.in-use/*; do basename "$mark"; done\n`;
  const directory = installPlugin(plugins, { name: "held", language: "sh", source });
  const { lines } = await dispatch(plugins, "held");
  const [version = ""] = readdirSync(join(directory, "versions"));
  expect(inner(lines).map(({ value }) => String(value).split("~")[0])).toEqual([version]);
  expect(readdirSync(join(directory, ".in-use"))).toEqual([]);
});

test("a plugin that somebody put there in the older layout runs as it is", async () => {
  const plugins = newFolder();
  mkdirSync(join(plugins, "byhand"));
  writeFileSync(
    join(plugins, "byhand.json"),
    JSON.stringify({ version: "1.0.0", description: "made by hand" }),
  );
  const program = join(plugins, "byhand", "plugin");
  writeFileSync(program, '#!/bin/sh\necho "$1"\n');
  chmodSync(program, 0o755);
  const { status, lines } = await dispatch(plugins, "byhand", ["word"]);
  expect([status, inner(lines)]).toEqual([0, [{ type: "notification", value: "word" }]]);
  expect(existsSync(join(plugins, "byhand", "versions"))).toBe(false);
});
