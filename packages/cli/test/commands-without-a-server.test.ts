import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { events } from "./run-cli.ts";
import { Desk } from "./run-here.ts";

let place: Desk;
beforeAll(() => {
  place = new Desk();
});
afterAll(() => place[Symbol.dispose]());

test("an unknown command gets a suggestion and status 64", async () => {
  const { status, stderr, stdout } = await place.run(["tsk", "list", "--format", "table"]);
  expect({ status, stdout }).toEqual({ status: 64, stdout: "" });
  expect(stderr).toContain('unknown command "tsk". Did you mean "task"?');
});

test("a failing command in jsonl is a whole stream that says so", async () => {
  const { status, stdout } = await place.run([
    "config",
    "set",
    "colour",
    "red",
    "--format",
    "jsonl",
  ]);
  const all = events(stdout);
  expect(status).toBe(64);
  expect(all.map(({ type }) => type)).toEqual(["aoi:meta", "aoi:error", "aoi:summary"]);
  expect(all.at(-1)).toMatchObject({ ok: false, error_count: 1 });
});

test("nothing that needs no server starts one", async () => {
  for (const argv of [
    ["--help"],
    ["config", "show"],
    ["server", "status"],
    ["openapi"],
    ["capabilities"],
  ]) {
    expect((await place.run([...argv, "--format", "json"])).status).toBe(0);
  }
  expect(existsSync(join(place.home, "db"))).toBe(false);
  expect(await place.json(["server", "status"])).toMatchObject({ status: "stopped", pid: null });
});

test("the OpenAPI document is printed without a server", async () => {
  expect(await place.json(["openapi"])).toMatchObject({
    openapi: "3.1.0",
    info: { version: "0.1.0" },
  });
});

describe("configuration", () => {
  test("is set, shown and unset, and never holds a secret", async () => {
    await place.json(["config", "set", "driver", "pi"]);
    await place.json(["config", "set", "projects.shop.max_parallel_tasks", "3"]);
    const file = join(place.home, "config.toml");
    expect(readFileSync(file, "utf8")).toBe(
      'agent = "pi"\n\n[projects.shop]\nmax_parallel_tasks = 3\n',
    );
    expect(await place.json(["config", "show"])).toMatchObject({
      file,
      values: { agent: "pi", projects: { shop: { max_parallel_tasks: 3 } } },
    });
    const plan = await place.json(["config", "unset", "driver", "--dry-run"]);
    expect(plan).toEqual({ plan: [{ action: "unset", target: "driver", file }] });
    expect(readFileSync(file, "utf8")).toContain("pi");
    await place.json(["config", "unset", "driver"]);
    expect(await place.json(["config", "show"])).not.toHaveProperty("values.agent");
    const refused = await place.run(["config", "set", "api-key", "aomori_sk_123456789"]);
    expect(refused.status).toBe(64);
    expect(readFileSync(file, "utf8")).not.toContain("aomori_sk");
  });

  test("shows no password of a database", async () => {
    const env = { AOMORI_DATABASE_URL: "postgres://ada:hunter2@db.example.org/aomori" };
    const { stdout } = await place.run(["config", "show"], { env });
    expect(stdout).toContain("db.example.org");
    expect(stdout).not.toContain("hunter2");
  });
});

test("login without a server to log in to, or without a key, stores nothing", async () => {
  const noUrl = await place.run(["login", "--with-api-key"], { input: "aomori_sk_abc\n" });
  expect(noUrl.status).toBe(78);
  const url = ["--api-url", "http://127.0.0.1:9"];
  expect((await place.run(["login", "--with-api-key", ...url], { input: "\n" })).status).toBe(65);
  const unreachable = await place.run(["login", "--with-api-key", ...url], {
    input: "aomori_sk_abc\n",
  });
  expect(unreachable.status).toBe(75);
  expect(unreachable.stdout + unreachable.stderr).not.toContain("aomori_sk_abc");
  expect(existsSync(join(place.home, "credentials"))).toBe(false);
});

test("a remote server without a key is named, and the local one is not started instead", async () => {
  const env = { AOMORI_API_URL: "https://aomori.example.org/" };
  const { status, stderr } = await place.run(["task", "list", "--format", "table"], { env });
  expect(status).toBe(77);
  expect(stderr).toContain("no API key for https://aomori.example.org;");
  expect(existsSync(join(place.home, "db"))).toBe(false);
});

test("doctor names each check and fails on what must be mended", async () => {
  const good = events((await place.run(["doctor", "--format", "jsonl"])).stdout);
  const names = good.filter(({ type }) => type === "aoi:check").map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["installation", "node", "home", "git", "server", "store"]),
  );
  expect(good.at(-1)).toMatchObject({ ok: true });
  writeFileSync(join(place.home, "credentials"), 'local = "x"\n', { mode: 0o644 });
  const bad = await place.run(["doctor", "--format", "jsonl"]);
  expect(events(bad.stdout).at(-1)).toMatchObject({ type: "aoi:summary", ok: false });
  expect(events(bad.stdout)).toContainEqual(
    expect.objectContaining({ name: "config", ok: false, severity: "error" }),
  );
  expect(bad.status).toBe(1);
});

test("uninstall tells first, asks for a yes, and removes only what is ours", async () => {
  writeFileSync(join(place.home, "mine.txt"), "keep");
  expect(statSync(join(place.home, "credentials")).isFile()).toBe(true);
  const plan = await place.json(["uninstall", "--dry-run"]);
  expect(JSON.stringify(plan)).toContain(join(place.home, "credentials"));
  expect((await place.run(["uninstall"])).status).toBe(64);
  expect(existsSync(join(place.home, "credentials"))).toBe(true);
  expect((await place.run(["uninstall", "--yes"])).status).toBe(0);
  expect(existsSync(join(place.home, "credentials"))).toBe(false);
  expect(readFileSync(join(place.home, "mine.txt"), "utf8")).toBe("keep");
});
