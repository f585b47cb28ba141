import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventTypes } from "@aomori/contract";
import { expect, test } from "vitest";
import { configPath } from "../src/config-keys.ts";
import { commandSpecs } from "../src/derived/command-specs.ts";
import { bindings } from "../src/derived/bindings.ts";
import { version } from "../src/identity.ts";
import { handlerFile, handlerModules } from "../src/load-handler.ts";
import { stepEventTypes } from "../src/views/event-line.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const names = commandSpecs.map(({ name }) => name);

test("every command has one name, and every handler a command and a file", async () => {
  expect(new Set(names).size).toBe(names.length);
  const files = readdirSync(here("../src/commands"));
  expect(Object.keys(handlerModules).map(handlerFile).toSorted()).toEqual(files.toSorted());
  for (const [name, load] of Object.entries(handlerModules)) {
    expect(names).toContain(name);
    expect(typeof (await load()).handler.run).toBe("function");
  }
});

test("a command without a handler of its own is an operation a server answers", () => {
  const derived = commandSpecs.filter(({ name }) => handlerModules[name] === undefined);
  expect(derived.length).toBeGreaterThan(5);
  for (const { operation = "" } of derived) expect(bindings).toHaveProperty([operation, "http"]);
});

test("no command asks for a secret on its command line", () => {
  const flags = commandSpecs.flatMap((spec) => [...spec.flags, ...spec.positionals]);
  expect(flags.map(({ field }) => field)).not.toContain("provider_keys");
  expect(() => configPath("anthropic-api-key")).toThrow(/the configuration holds none/);
  expect(() => configPath("api-ur")).toThrow(/Did you mean "api-url"/);
});

test("specs are plain data: what a build writes is what it reads", () => {
  expect(JSON.parse(JSON.stringify(commandSpecs))).toEqual(commandSpecs);
  expect(JSON.parse(JSON.stringify(bindings))).toEqual(bindings);
});

test("the version is the package's", () => {
  const manifest: unknown = JSON.parse(readFileSync(here("../package.json"), "utf8"));
  expect(manifest).toMatchObject({ version, bin: { aomori: "dist/aomori.cjs" } });
});

test("the events hidden without --steps exist", () => {
  expect(eventTypes).toEqual(expect.arrayContaining([...stepEventTypes]));
});
