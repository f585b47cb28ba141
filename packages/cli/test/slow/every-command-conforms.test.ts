import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lint, replay } from "@aomori/aoi-lint";
import { homeLayout, readServerInfo } from "@aomori/system";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Workplace, ended, events } from "../run-cli.ts";
import { Desk } from "../run-here.ts";
import type { Capability, CommandRecipe, ProtocolServer } from "./command-recipes.ts";
import { furtherRecipes, recipeOf } from "./command-recipes.ts";
import type { World } from "./walk-world.ts";
import { makeWorld } from "./walk-world.ts";

/** What the kernel does for every command alike, and these are asked for all: one of each kind of answer. */
const askedForAll: readonly string[] = ["whoami", "task list", "spec logs"];
const ofTheKernel = ["DISC-001", "DISC-002", "DISC-003", "DISC-004", "DISC-005", "RED", "IN"];
/** What must have been looked at: a walk that verifies nothing is red. */
const verified = ["META-001", "META-002", "SUM-001", "SUM-007", "ERR-001", "EXIT-001"];

const { commands: capabilities, servers } = await readCapabilities();
let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

interface Capabilities {
  readonly commands: readonly Capability[];
  readonly servers: readonly ProtocolServer[];
}

async function readCapabilities(): Promise<Capabilities> {
  using desk = new Desk();
  return (await desk.json(["capabilities"])) as Capabilities;
}

const recipeFor = (capability: Capability): CommandRecipe => {
  const recipe = recipeOf(capability, world);
  if (recipe !== undefined) return recipe;
  throw new Error(`"${capability.name}" has no recipe; add one to command-recipes.ts`);
};

test("the walk knows every command", () => {
  expect(capabilities.length).toBeGreaterThan(60);
  const unknown = capabilities.filter((capability) => recipeOf(capability, world) === undefined);
  expect(unknown.map(({ name }) => name)).toEqual([]);
});

describe("in success and in failure, by profile strict, conforms", () => {
  test.each(capabilities.map((capability) => [capability.name, capability] as const))(
    "%s",
    async (name, capability) => {
      await expectConforming(recipeFor(capability), askedForAll.includes(name) ? [] : ofTheKernel);
    },
  );

  const further = ["server start --foreground", ...servers.map(({ args }) => args.join(" "))];
  test.each(further)("%s", async (line) => {
    const recipe = furtherRecipes(world, servers).get(line);
    if (recipe === undefined) throw new Error(`"${line}" has no recipe`);
    await expectConforming(recipe, ofTheKernel);
  });
});

async function expectConforming(tried: CommandRecipe, shared: readonly string[]): Promise<void> {
  const { argv, recipe, skip = [], only, program = world.program } = tried;
  const failed: string[] = [];
  const passed = new Set<string>();
  const checks = lint({
    argv: [program, ...argv],
    toolWordCount: 1,
    cwd: world.folder,
    environment: process.env,
    profile: "strict",
    recipe,
    deadlineMs: 60_000,
    ...(only === undefined ? {} : { rules: only }),
    skip: [...shared, ...skip],
  });
  for await (const { rule, verdict, severity, findings } of checks) {
    if (verdict === "passed") passed.add(rule);
    if (verdict !== "failed" || severity === "info") continue;
    for (const { message, reproduce } of findings)
      failed.push(`${rule}: ${message} | ${reproduce}`);
  }
  expect(failed).toEqual([]);
  expect([...passed]).toEqual(expect.arrayContaining(verified));
  if (only?.includes("SIG") === true)
    expect([...passed]).toEqual(expect.arrayContaining(["SIG-001", "SIG-002", "SIG-003"]));
}

test("the demo's stream of a success conforms, as it was recorded", async () => {
  await expectGoodRecording(world.demoStream);
});

test("a server in the foreground that is told to stop ends well, and its stream conforms", async () => {
  using place = new Workplace();
  const argv = ["server", "start", "--foreground", "--output", "jsonl"];
  const child = spawn(world.program, argv, {
    env: place.env(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const over = ended(child);
  await listening(place);
  const stop = spawn(world.program, ["server", "stop"], { env: place.env(), stdio: "ignore" });
  const [{ status, stdout }] = await Promise.all([over, ended(stop)]);
  expect(status).toBe(0);
  expect(events(stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: true, error_count: 0 });
  await expectGoodRecording(stdout);
});

async function listening({ home }: Workplace): Promise<void> {
  const { serverInfoFile } = homeLayout({ AOMORI_HOME: home });
  while ((await readServerInfo(serverInfoFile)) === undefined) await sleep(100);
}

async function expectGoodRecording(stream: string): Promise<void> {
  const path = join(world.folder, "..", "recorded.jsonl");
  writeFileSync(path, stream);
  const verdicts = new Map<string, string>();
  for await (const { rule, verdict, findings } of replay({ path, exitCode: 0, profile: "strict" }))
    verdicts.set(rule, findings[0]?.message ?? verdict);
  const failed = [...verdicts].filter(([, told]) => !["passed", "not_verified"].includes(told));
  expect(failed).toEqual([]);
  for (const rule of ["STR-001", "STR-002", "META-001", "SUM-001", "SUM-003", "EXIT-001"])
    expect([rule, verdicts.get(rule)]).toEqual([rule, "passed"]);
}

describe("once it has begun, another protocol has standard output for itself", () => {
  const lines = servers.map(({ args }) => [args.join(" "), args] as const);

  const start = (args: readonly string[]): ChildProcess =>
    spawn(world.program, [...args, "--output", "jsonl"], {
      env: { PATH: process.env["PATH"], AOMORI_HOME: world.home },
      stdio: ["pipe", "pipe", "pipe"],
    });
  const hello = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocol_version: "0.3" },
  };
  const greet = ({ stdin }: ChildProcess): unknown => stdin?.write(`${JSON.stringify(hello)}\n`);
  const answered = async ({ stdout }: ChildProcess): Promise<unknown> =>
    stdout === null ? undefined : once(stdout, "data");

  test.each(lines)("%s", async (_, args) => {
    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      [undefined, 0],
    ] as const) {
      const child = start(args);
      const over = ended(child);
      greet(child);
      await answered(child);
      if (signal === undefined) child.stdin?.end();
      else child.kill(signal);
      const { status, stdout, stderr } = await over;
      expect([signal, status, stderr]).toEqual([signal, expected, ""]);
      const messages = events(stdout);
      expect(messages).not.toEqual([]);
      for (const message of messages) {
        expect(message).toMatchObject({ jsonrpc: "2.0" });
        expect(message).not.toHaveProperty("type");
      }
    }
  });

  test.each(lines)("%s, and ends with 141 when its reader goes", async (_, args) => {
    const child = start(args);
    greet(child);
    await answered(child);
    child.stdout?.destroy();
    child.stdin?.on("error", () => {}); // It may be gone before the second message is written.
    child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id: 2, method: "none" })}\n`);
    const [status] = await once(child, "close");
    expect(status).toBe(141);
  });
});

describe("interrupted while the server keeps it waiting, ends honestly", () => {
  test.each(capabilities.map((capability) => [capability.name, capability] as const))(
    "%s",
    async (_, capability) => {
      const { argv, asksServer, program = world.program, recipe } = recipeFor(capability);
      if (!asksServer) return;
      const asked = world.asked();
      const child = spawn(program, argv, {
        cwd: world.folder,
        env: { PATH: process.env["PATH"], ...recipe.env, AOMORI_API_URL: world.deafUrl },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const over = ended(child);
      await asked;
      child.kill("SIGINT");
      const { status, stdout } = await over;
      const all = events(stdout);
      expect(status).toBe(130);
      expect(all.map(({ type }) => type)).toEqual(["aoi:meta", "aoi:error", "aoi:summary"]);
      expect(all[1]).toMatchObject({ category: "cancelled" });
      expect(all[2]).toMatchObject({ ok: false, partial: true, count: 0, error_count: 1 });
    },
  );
});
