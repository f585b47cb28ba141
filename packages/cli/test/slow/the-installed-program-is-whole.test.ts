import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandSpecs } from "../../src/derived/command-specs.ts";
import { Workplace, events } from "../run-cli.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const command = [`${dist}aomori.cjs`];
let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  execFileSync(process.execPath, ["--conditions=aomori-source", "tools/build.ts"], { cwd: root });
});
afterAll(() => place[Symbol.dispose]());

test("every command has a bundle that knows its own help", () => {
  expect(readdirSync(`${dist}commands`)).toHaveLength(commandSpecs.length);
  for (const { name, summary } of commandSpecs) {
    const { status, stdout } = place.run([...name.split(" "), "--help"], { command });
    expect({ name, status }).toEqual({ name, status: 0 });
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(`${summary}.`);
  }
});

test("the same words get the same answer as from the sources", () => {
  const cases = [
    ["--version"],
    ["--version", "--format", "json"],
    ["--help"],
    ["spec"],
    ["help", "task", "show"],
    ["tsk", "list"],
    ["task", "lst"],
    ["--json", "config", "show"],
    ["config", "set", "api-url", "nonsense"],
    ["--json", "config", "unset", "model", "--dry-run"],
    ["capabilities"],
    ["completion", "bash"],
    ["completion", "fish"],
    ["schema", "--command", "task show"],
  ];
  for (const argv of cases) {
    const built = place.run(argv, { command });
    expect({ argv, ...built }).toEqual({ argv, ...place.run(argv) });
  }
});

test("it starts its own server, and that one answers", () => {
  const { status, stderr, stdout } = place.run(["task", "list", "--format", "jsonl"], { command });
  expect(stderr).toContain("starting the local server");
  expect(status).toBe(0);
  expect(events(stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: true, count: 0 });
  const state = place.json(["server", "status"], { command });
  expect(state).toMatchObject({ status: "ready", version: "0.1.0" });
});
