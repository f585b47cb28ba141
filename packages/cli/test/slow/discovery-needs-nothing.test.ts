import { Ajv2020 } from "ajv/dist/2020.js";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entryPath } from "../run-cli.ts";
import { Desk } from "../run-here.ts";

interface Capabilities {
  readonly commands: readonly { name: string; input_schema: object; event_types: string[] }[];
}

const noNetwork =
  'data:text/javascript,import net from "node:net";net.Socket.prototype.connect=()=>process.reallyExit(99)';

test.each(["capabilities", "schema"])("%s needs no home, no environment and no network", (name) => {
  const folder = mkdtempSync(join(tmpdir(), "aomori-discovery-"));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=aomori-source", "--import", noNetwork, entryPath, name, "--output", "json"],
    { cwd: folder, env: { HOME: folder }, encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toBeTypeOf("object");
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("every command has schemas of its events and its input that a validator takes", async () => {
  using desk = new Desk();
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    validateFormats: false,
  });
  const { commands } = (await desk.json(["capabilities"])) as Capabilities;
  expect(commands.length).toBeGreaterThan(50);
  for (const { name, input_schema: input, event_types: types } of commands) {
    expect(ajv.validateSchema(input), name).toBe(true);
    expect(types, name).toEqual(expect.arrayContaining(["aoi:meta", "aoi:error", "aoi:summary"]));
  }
  const whole = (await desk.json(["schema"])) as { anyOf: { $ref: string }[] };
  const named = new Set(whole.anyOf.map(({ $ref }) => $ref.slice("#/$defs/".length)));
  for (const { name } of commands) expect(named).toContain(name.replaceAll(" ", "_"));
  const isEvent = ajv.compile(whole);
  expect(isEvent({ type: "aoi:summary", ok: true, count: 0 })).toBe(true);
  expect(isEvent({ type: "aoi:summary", count: 0 })).toBe(false);
});
