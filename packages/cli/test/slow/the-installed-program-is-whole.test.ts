import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandSpecs } from "../../src/derived/command-specs.ts";
import { isTooOld, leastNode } from "../../src/installed/least-node.ts";
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

describe("on a Node older than its package asks for", () => {
  test("the version that counts is the package's", () => {
    const { engines }: { engines: { node: string } } = JSON.parse(
      readFileSync(join(dist, "..", "package.json"), "utf8"),
    );
    expect(engines.node).toBe(`>=${leastNode}`);
    expect([leastNode, "22.17.1", "20.19.0", "22.18.0", "24.0.0"].map(isTooOld)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  const older = olderNode();
  test.skipIf(older === undefined)(
    "every command says so, as a stream where one is asked for",
    () => {
      for (const words of [["task", "list"], ["no-such-plugin"], ["plugins", "list"]]) {
        const argv = [...command, ...words, "--output", "jsonl"];
        const { status, stdout } = spawnSync(older ?? "", argv, {
          encoding: "utf8",
          env: place.env(),
        });
        expect({ words, status }).toEqual({ words, status: 78 });
        expect(events(stdout)).toMatchObject([
          { type: "aoi:meta" },
          { type: "aoi:error", code: "NODE_TOO_OLD" },
          { type: "aoi:summary", ok: false },
        ]);
      }
    },
  );
});

/** One that lies beside the Node of these tests, as Debian's does. */
function olderNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .map((folder) => join(folder, "node"))
    .find((file) => {
      const { status, stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
      return status === 0 && isTooOld(stdout.trim().slice(1));
    });
}

test("it starts its own server, and that one answers", () => {
  const { status, stderr, stdout } = place.run(["task", "list", "--format", "jsonl"], { command });
  expect(stderr).toContain("starting the local server");
  expect(status).toBe(0);
  expect(events(stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: true, count: 0 });
  const state = place.json(["server", "status"], { command });
  expect(state).toMatchObject({ status: "ready", version: "0.1.0" });
});

test("a whole demo needs no package but those its package.json names", () => {
  const folder = join(place.home, "..", "installed");
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(dist, "..", "package.json"), "utf8"),
  );
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  const own = join(folder, "node_modules", "aomori");
  const isPublished = (path: string): boolean => !path.startsWith(join(dist, "types"));
  cpSync(dist, join(own, "dist"), { recursive: true, filter: isPublished });
  cpSync(join(dist, "..", "package.json"), join(own, "package.json"));
  const installed = [join(own, "dist", "aomori.cjs")];
  using elsewhere = new Workplace();
  const argv = ["demo", "--dir", join(folder, "demo"), "--format", "jsonl"];
  const { status, stdout, stderr } = elsewhere.run(argv, { command: installed });
  expect({ status, stderr: stderr.slice(-2_000) }).toMatchObject({ status: 0 });
  expect(events(stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: true });
  const notices = readFileSync(join(own, "dist", "THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["fastify", "kysely", "zod", "@dbos-inc/dbos-sdk"]) {
    expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, "m"));
  }
  rmSync(folder, { recursive: true });
});
