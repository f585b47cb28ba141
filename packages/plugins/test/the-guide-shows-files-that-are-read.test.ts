import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  decide,
  formatLockfile,
  manifestJsonSchema,
  parseCoordinates,
  parseLockfile,
  parsePluginIndex,
  parseVersion,
  platformKeys,
  readManifest,
  readPolicy,
} from "@aomori/plugins";
import { temporaryDirectory } from "./temporary-directory.ts";

const guide = await readFile(new URL("../../../docs/plugin-files.md", import.meta.url), "utf8");

function block(name: string): string {
  const text = new RegExp(`^\`\`\`json ${name}\\n(.*?)^\`\`\``, "ms").exec(guide)?.[1];
  if (text === undefined) throw new Error(`the guide shows no ${name}`);
  return text;
}

test("the manifest is read without a notice, and the table has its fields and platforms", () => {
  const { notices } = readManifest(block("manifest"), { where: "aomori.plugin.json" });
  expect(notices).toEqual([]);
  for (const field of Object.keys(Object(manifestJsonSchema()["properties"]))) {
    expect(guide).toMatch(new RegExp(`^\\|[^|]*\`${field}\``, "m"));
  }
  for (const platform of platformKeys) expect(guide).toContain(`\`${platform}\``);
});

test("the policy decides as the guide says", async () => {
  const path = join(await temporaryDirectory(), "policy.json");
  await writeFile(path, block("policy"));
  const policy = await readPolicy([{ scope: "user", path }]);
  const isAllowed = (coordinates: string, version: string): boolean =>
    decide(policy, { ...parseCoordinates(coordinates), version: parseVersion(version) }).allowed;
  const pinned = "@0123456789abcdef0123456789abcdef01234567";
  expect(isAllowed(`Alice/wavefront${pinned}`, "1.4.0")).toBe(true);
  expect(isAllowed("Alice/wavefront", "1.4.0")).toBe(false);
  expect(isAllowed(`Alice/wavefront${pinned}`, "1.3.9")).toBe(false);
  expect(isAllowed("Aomori/anything", "1.0.0")).toBe(true);
});

test("the lockfile stands as it would be written", () => {
  const lockfile = parseLockfile(block("lockfile"), "aomori-plugins.lock");
  expect(JSON.parse(formatLockfile(lockfile))).toEqual(JSON.parse(block("lockfile")));
});

test("the index is read", () => {
  expect(parsePluginIndex(block("index"), "index.json")).toHaveLength(1);
});
