import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identifyProcess } from "@aomori/system";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Workplace, ended, events } from "../run-cli.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place[Symbol.dispose]());

interface ServerFile {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
}

const infoPath = (): string => join(place.home, "run", "server.json");
const serverInfo = (): ServerFile => JSON.parse(readFileSync(infoPath(), "utf8"));

const isAlive = async (pid: number): Promise<boolean> => (await identifyProcess(pid)) !== undefined;

describe("a command that needs a server", () => {
  test("starts one in the background, says so, and finds it again", async () => {
    const first = place.run(["task", "list", "--format", "table"]);
    expect(first).toMatchObject({ status: 0, stdout: "" });
    expect(first.stderr).toContain("starting the local server");
    const { pid } = serverInfo();
    const second = place.run(["whoami", "--format", "jsonl"]);
    expect(second).toMatchObject({ status: 0, stderr: "" });
    expect(events(second.stdout).map(({ type }) => type)).toEqual([
      "aoi:meta",
      "identity",
      "aoi:summary",
    ]);
    expect(place.json(["server", "status"])).toMatchObject({
      status: "ready",
      pid,
      store: "pglite",
    });
    expect(place.json(["server", "start"])).toMatchObject({ pid });
    expect(place.json(["server", "stop"])).toMatchObject({ status: "stopped" });
    expect(await isAlive(pid)).toBe(false);
    expect(existsSync(infoPath())).toBe(false);
  });

  test("shares one server with others that start at the same moment", async () => {
    const runs = [1, 2, 3].map(() => ended(place.start(["whoami", "--format", "json"])));
    const ran = await Promise.all(runs);
    expect(ran.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1);
    const serving = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes("server start --foreground") && isOurs(line));
    expect(serving).toHaveLength(1);
  });

  test("is not misled by what a killed server left behind", async () => {
    place.json(["whoami"]);
    const { pid } = serverInfo();
    process.kill(pid, "SIGKILL");
    while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(existsSync(infoPath())).toBe(true);
    expect(place.json(["server", "status"])).toMatchObject({ status: "stopped" });
    place.json(["whoami"]);
    expect(serverInfo().pid).not.toBe(pid);
  });

  test("replaces an older server and keeps a newer one", async () => {
    place.json(["whoami"]);
    const older = serverInfo();
    writeFileSync(infoPath(), JSON.stringify({ ...older, version: "0.0.9" }));
    const { stderr, status } = place.run(["whoami", "--format", "table"]);
    expect(status).toBe(0);
    expect(stderr).toContain("the local server is 0.0.9 and this is 0.1.0");
    const current = serverInfo();
    expect(current.pid).not.toBe(older.pid);
    expect(await isAlive(older.pid)).toBe(false);
    writeFileSync(infoPath(), JSON.stringify({ ...current, version: "9.0.0" }));
    expect(place.run(["whoami", "--format", "table"])).toMatchObject({ status: 0, stderr: "" });
    expect(await isAlive(current.pid)).toBe(true);
  });

  test("says what the server said when it cannot start", () => {
    mkdirSync(place.home, { recursive: true });
    writeFileSync(join(place.home, "db"), "not a directory");
    const { status, stderr } = place.run(["task", "list", "--format", "table"]);
    expect(status).toBe(75);
    expect(stderr).toContain("SERVER_NOT_STARTED");
    expect(stderr).toContain("server.log");
  });
});

describe("told to stop while it opens the store", () => {
  const lines = [
    "server start --foreground",
    "store check",
    "store export exported.jsonl",
    "store import exported.jsonl",
  ];
  test.each(lines)("%s lets go of it before it ends", async (line) => {
    const cwd = join(place.home, "..");
    using other = new Workplace();
    const archive = join(other.home, "..", "exported.jsonl");
    const isImport = line.startsWith("store import");
    if (isImport) other.json(["store", "export", archive]);
    const argv = isImport ? ["store", "import", archive] : line.split(" ");
    const child = place.start([...argv, "--output", "jsonl"], { cwd });
    const end = ended(child);
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    child.kill("SIGTERM");
    const { status, stdout } = await end;
    expect(status).toBe(143);
    expect(events(stdout)).toContainEqual(expect.objectContaining({ code: "INTERRUPTED" }));
    const left = existsSync(join(place.home, "run")) ? readdirSync(join(place.home, "run")) : [];
    expect(left.filter((name) => name !== "last-port")).toEqual([]);
    expect(readdirSync(cwd).filter((name) => name !== "home")).toEqual([]);
    expect(place.json(["store", "check"])).toMatchObject([{ ok: true }]);
  });
});

describe("the store", () => {
  test("is exported, checked and imported only while no server has it", () => {
    place.json(["key", "create", "ci"]);
    const file = join(place.home, "..", "store.jsonl");
    const refused = place.run(["store", "export", file, "--format", "table"]);
    expect(refused.status).toBe(73);
    expect(refused.stderr).toContain('stop it first with "aomori server stop"');
    place.json(["server", "stop"]);
    expect(place.json(["store", "check"])).toMatchObject([{ ok: true }]);
    const exported = place.json(["store", "export", file]);
    using other = new Workplace();
    const imported = other.json(["store", "import", file]);
    expect(imported).toEqual({ ...Object(exported), specs_in_flight: [], tasks_in_flight: 0 });
    expect(other.json(["key", "list"])).toContainEqual(expect.objectContaining({ name: "ci" }));
  });
});

describe("keys", () => {
  test("a key logs in by the URL it was made for, is hidden, and can be revoked", () => {
    const key = place.run(["key", "create", "ci", "--scope", "events:read", "--format", "json"]);
    const { secret, id } = JSON.parse(key.stdout);
    expect(secret).toMatch(/^aomori_sk_/);
    const url = `http://127.0.0.1:${serverInfo().port}`;
    const login = place.run(["login", "--with-api-key", "--api-url", url], {
      input: `${secret}\n`,
    });
    expect(login.status).toBe(0);
    expect(login.stdout + login.stderr).not.toContain(secret);
    const env = { AOMORI_API_URL: url };
    expect(place.json(["whoami"], { env })).toMatchObject({ name: "ci", scopes: ["events:read"] });
    expect(place.run(["task", "list"], { env }).status).toBe(77);
    expect(place.run(["key", "revoke", id]).status).toBe(64);
    place.json(["key", "revoke", id, "--yes"]);
    expect(place.run(["whoami"], { env }).status).toBe(77);
    expect(place.json(["logout", "--api-url", url])).toEqual({ api_url: url, removed: true });
  });
});

describe("spec create", () => {
  test("takes the repository of the current directory, and says what is wrong with another", () => {
    const elsewhere = place.run([
      "spec",
      "create",
      "--title",
      "T",
      "--description",
      "D",
      "--format",
      "table",
    ]);
    expect(elsewhere.status).toBe(65);
    expect(elsewhere.stderr).toContain("is not in a git repository");
    const repository = join(place.home, "..", "repo");
    execFileSync("git", ["init", "--quiet", repository]);
    const below = join(repository, "deep", "down");
    mkdirSync(below, { recursive: true });
    const empty = place.run(
      ["spec", "create", "--title", "T", "--description", "D", "--format", "json"],
      { cwd: below },
    );
    expect(JSON.parse(empty.stdout)).toMatchObject({ error: { code: "REPOSITORY_EMPTY" } });
    expect(empty.stdout).toContain(repository);
  });
});

function isOurs(line: string): boolean {
  const pid = Number(line.trim().split(" ")[0]);
  return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`AOMORI_HOME=${place.home}\0`);
}
