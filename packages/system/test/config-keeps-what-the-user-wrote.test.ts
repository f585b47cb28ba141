import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { configValue, readConfig, setConfigValue } from "@aomori/system";

import { temporaryDirectory } from "./temporary-directory.ts";

test("comments, order and other values stay when one value changes", async () => {
  const path = join(await temporaryDirectory(), "config.toml");
  const text =
    '# mine\nmodel = "a" # quoted\nlimit = 3 # why three\n\n[projects.web]\n# gate\ntest = "npm test"\n\n[other]\nx = 1\n';
  await writeFile(path, text);
  await setConfigValue(path, ["limit"], 5);
  await setConfigValue(path, ["projects", "web", "base"], "main");
  await setConfigValue(path, ["agents", "claude", "path"], "/opt/claude");
  expect(await readFile(path, "utf8")).toBe(
    '# mine\nmodel = "a" # quoted\nlimit = 5 # why three\n\n[projects.web]\n# gate\ntest = "npm test"\nbase = "main"\n\n[other]\nx = 1\n\n[agents.claude]\npath = "/opt/claude"\n',
  );
  await setConfigValue(path, ["other", "x"], undefined);
  expect(await readConfig(path)).toMatchObject({ other: {}, limit: 5 });
});

test("a text in which the edit would hit the wrong place is written anew with the right meaning", async () => {
  const path = join(await temporaryDirectory(), "config.toml");
  await writeFile(path, 'text = """\nlimit = 1\n"""\nlimit = 2\na = { b = 1 }\n');
  await setConfigValue(path, ["limit"], 9);
  await setConfigValue(path, ["a", "b"], 2);
  expect(await readConfig(path)).toEqual({ text: "limit = 1\n", limit: 9, a: { b: 2 } });
});

test("what is set is read back, and nothing else changes", async () => {
  const path = join(await temporaryDirectory(), "config.toml");
  const key = fc.oneof(
    fc.constantFrom("a", "b", "limit", "with.dot", "with space", 'q"'),
    fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== "__proto__"),
  );
  const value = fc.oneof(
    fc.string(),
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(key, { minLength: 1, maxLength: 3 }), value), { maxLength: 6 }),
      async (entries) => {
        await writeFile(path, "# kept\n");
        for (const [keys, wanted] of entries) {
          const before = await readConfig(path);
          const blocked = keys
            .slice(0, -1)
            .map((_, index) => configValue(before, keys.slice(0, index + 1)))
            .some((found) => found !== undefined && !isTable(found));
          if (blocked) {
            await expect(setConfigValue(path, keys, wanted)).rejects.toMatchObject({
              code: "CONFIG_KEY_IS_A_VALUE",
            });
            continue;
          }
          await setConfigValue(path, keys, wanted);
          const after = await readConfig(path);
          expect(configValue(after, keys)).toEqual(wanted);
          for (const name of Object.keys(before)) {
            if (name !== keys[0]) expect(after[name]).toEqual(before[name]);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

test("a file that is not TOML names itself", async () => {
  const path = join(await temporaryDirectory(), "config.toml");
  expect(await readConfig(path)).toEqual({});
  await writeFile(path, "a = = 1");
  await expect(readConfig(path)).rejects.toMatchObject({
    code: "MALFORMED_FILE",
    message: expect.stringContaining(path) as string,
  });
  await expect(setConfigValue(path, ["a"], 1)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
  expect(await readFile(path, "utf8")).toBe("a = = 1");
});
