import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { events } from "../run-cli.ts";
import { PluginWorld } from "./plugin-world.ts";

const guide = readFileSync(new URL("../../../../docs/plugins.md", import.meta.url), "utf8");
let world: PluginWorld;
beforeAll(async () => {
  world = await PluginWorld.open();
});
afterAll(async () => world[Symbol.asyncDispose]());

const lines = (stdout: string): unknown[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

const greeting = (word: string) => [
  { type: "begin" },
  { type: "notification", value: { hello: word } },
  { type: "end" },
];

test("what the policy does not allow is not installed, and a row of it decides", async () => {
  await world.publish("sh", "strange");
  const refused = await world.json(["plugins", "install", "acme/strange"]);
  expect(refused).toMatchObject({
    status: 77,
    value: { error: { code: "PLUGIN_NOT_WHITELISTED" } },
  });
  expect((await world.json(["plugins", "list"])).value).toEqual([]);
  const added = await world.json([
    "plugins",
    "policy",
    "add",
    "--owner",
    "(?i)ACME",
    "--reason",
    "ours",
  ]);
  expect(added).toMatchObject({ status: 0, value: { id: "user:allow:0", added: true } });
  const decided = await world.json(["plugins", "policy", "test", "acme/strange@v0.1.0"]);
  expect(decided.value).toMatchObject({ allowed: true, decided_by: { id: "user:allow:0" } });
});

describe.each(["c", "rust", "python", "sh", "node"] as const)("a plugin in %s", (kind) => {
  const name = `greet-${kind}`;

  test("is installed from its release and run by its name", async () => {
    await world.publish(kind, name);
    const argv = ["plugins", "install", "--owner", "acme", "--repository", name];
    const { status, value } = await world.json(argv);
    expect({ status, value }).toMatchObject({
      status: 0,
      value: {
        installed: true,
        name,
        version: "0.1.0",
        owner: "acme",
        trust: "checksum",
        untrusted: false,
      },
    });
    for (const words of [[name], ["plugins", name], ["plugins", "run", name]]) {
      const ran = await world.call([...words, "it's me"]);
      expect([ran.status, lines(ran.stdout)]).toEqual([0, greeting("it's me")]);
    }
    const again = await world.json(argv);
    expect(again).toMatchObject({ status: 73, value: { error: { code: "ALREADY_INSTALLED" } } });
  });

  test("says the same between meta and summary", async () => {
    const { status, stdout } = await world.call(["--format", "jsonl", name, "you"]);
    const [meta, begin, notification, end, summary] = events(stdout);
    expect(status).toBe(0);
    expect([begin, notification, end]).toEqual(greeting("you"));
    expect(meta).toMatchObject({ type: "aoi:meta", command: "plugins run" });
    expect(summary).toMatchObject({ type: "aoi:summary", ok: true, exit_code: 0 });
  });
});

test("a command a plugin asks for is run by this program, and answered in events", async () => {
  const directory = join(world.home, "asking");
  mkdirSync(directory);
  writeFileSync(
    join(directory, "aomori.plugin.json"),
    JSON.stringify({
      schema: 1,
      name: "asking",
      version: "1.0.0",
      description: "Asks for a command",
      run: { runtime: "sh", file: "asking.sh" },
      commands: ["capabilities"],
    }),
  );
  const asked = JSON.stringify({ type: "command", command: "capabilities" });
  writeFileSync(join(directory, "asking.sh"), `echo '${asked}'\n`);
  expect((await world.json(["plugins", "install", "--path", directory])).status).toBe(0);
  const { status, stdout } = await world.call(["asking"]);
  const [begin, ...answers] = lines(stdout);
  expect([status, begin]).toEqual([0, { type: "begin" }]);
  const answer = { type: "notification", command_id: "1" };
  expect(answers.slice(0, 1)).toMatchObject([{ ...answer, value: { type: "aoi:meta" } }]);
  expect(answers.slice(-3)).toMatchObject([
    { ...answer, value: { type: "aoi:summary", ok: true } },
    { ...answer, value: { type: "command_complete", exit_code: 0 } },
    { type: "end" },
  ]);
});

test("a branch that has gone on since its release stands for that release", async () => {
  const repository = await world.publish("sh", "ahead");
  const released = repository.resolve("v0.1.0") ?? "";
  const manifest = repository.file(released, "aomori.plugin.json") ?? "";
  repository.commit({ "aomori.plugin.json": manifest, "README.md": "written later" });
  const { value } = await world.json(["plugins", "install", "acme/ahead"]);
  expect(value).toMatchObject({ installed: true, ref: "HEAD", commit: released });
});

test("an upgrade, a rollback and a pin are seen by whoever runs the plugin next", async () => {
  const repository = await world.publish("node", "steps");
  await world.json(["plugins", "install", "acme/steps"]);
  await world.release(repository, "node", "steps", "0.2.0");
  const version = async () =>
    ((await world.json(["plugins", "info", "steps"])).value as { version: string }).version;
  expect((await world.json(["plugins", "outdated", "steps"])).value).toEqual([
    { name: "steps", version: "0.1.0", pinned: false, newest: "0.2.0" },
  ]);
  await world.json(["plugins", "pin", "steps"]);
  expect(await world.json(["plugins", "upgrade", "steps"])).toMatchObject({ status: 73 });
  await world.json(["plugins", "pin", "steps", "--remove"]);
  const planned = await world.json(["plugins", "upgrade", "steps", "--dry-run"]);
  expect(JSON.stringify(planned.value)).toContain('"action":"upgrade"');
  expect(await version()).toBe("0.1.0");
  expect((await world.json(["plugins", "upgrade", "--all"])).status).toBe(0);
  expect(await version()).toBe("0.2.0");
  expect((await world.json(["plugins", "rollback", "steps"])).value).toMatchObject({
    version: "0.1.0",
  });
  expect(lines((await world.call(["steps", "back"])).stdout)).toEqual(greeting("back"));
  await world.json(["plugins", "disable", "steps"]);
  await world.json(["plugins", "enable", "steps"]);
});

test("an asset that was changed after it was locked is refused, and what was there still runs", async () => {
  const repository = await world.publish("sh", "sealed");
  await world.json(["plugins", "install", "acme/sealed"]);
  expect((await world.json(["plugins", "lock"])).status).toBe(0);
  expect((await world.json(["plugins", "lock", "--check"])).value).toMatchObject({
    up_to_date: true,
  });
  const [file = ""] = readdirSync(join(world.home, "plugins", "sealed", "current", ".")).filter(
    (entry) => entry.startsWith("plugin."),
  );
  const script = readFileSync(join(world.home, "plugins", "sealed", "current", file), "utf8");
  repository.asset({
    tag: "v0.1.0",
    name: "plugin.sh",
    contents: [Buffer.from(`${script}# more\n`)],
  });
  const frozen = await world.json(["plugins", "install", "acme/sealed", "--upgrade", "--frozen"]);
  expect(frozen.value).toMatchObject({ error: { code: "CHECKSUM_MISMATCH" } });
  expect(lines((await world.call(["sealed", "still"])).stdout)).toEqual(greeting("still"));
  writeFileSync(join(world.home, "plugins", "sealed", "current", file), `${script}# changed\n`);
  const verified = await world.json(["plugins", "verify", "sealed"]);
  expect(verified.status).not.toBe(0);
  expect(verified.value).toMatchObject([{ type: "aoi:check", name: "sealed", ok: false }]);
});

test("a private repository is reached with the token of its host alone", async () => {
  const token = "ghp_0123456789abcdef";
  await world.publish("sh", "hidden", "0.1.0", [token]);
  expect(await world.json(["plugins", "install", "acme/hidden"])).toMatchObject({ status: 66 });
  for (const url of [world.github.urls.api, world.github.urls.raw]) {
    const login = await world.json(["login", "--host", new URL(url).host], { input: token });
    expect(login.status).toBe(0);
  }
  const installed = await world.call(["plugins", "install", "acme/hidden", "--format", "jsonl"]);
  expect(installed.stdout).toContain('"installed":true');
  expect(`${installed.stdout}${installed.stderr}`).not.toContain(token);
  const stray = world.github.requests.filter(
    ({ origin, headers }) =>
      headers.authorization !== undefined && !["api", "raw"].includes(origin),
  );
  expect(stray).toEqual([]);
});

test("what is not there is null for get, an error for info, and an unknown command", async () => {
  expect(await world.json(["plugins", "get", "nobody"])).toEqual({
    status: 0,
    value: { plugin: null },
  });
  expect(await world.json(["plugins", "info", "nobody"])).toMatchObject({ status: 66 });
  const { status, stderr } = await world.call(["greet-shh", "x"]);
  expect(status).toBe(64);
  expect(stderr).toContain('Did you mean "greet-sh"?');
});

test("an uninstalled plugin is gone, and its own data stays unless it is purged", async () => {
  await world.publish("sh", "passing");
  await world.json(["plugins", "install", "acme/passing"]);
  expect((await world.json(["plugins", "uninstall", "passing"])).value).toMatchObject({
    error: { code: "CONFIRMATION_REQUIRED" },
  });
  expect((await world.json(["plugins", "uninstall", "passing", "--yes"])).status).toBe(0);
  expect((await world.json(["plugins", "get", "passing"])).value).toEqual({ plugin: null });
  expect((await world.call(["passing"])).status).toBe(64);
});

test("every command of the guide does what it says, in the order they stand", async () => {
  await world.publish("sh", "hello");
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
  const commands = blocks.flatMap((block) => block.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(20);
  for (const line of commands) {
    const [program, ...argv] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? "",
    );
    expect(program).toBe("aomori");
    const { status, stderr } = await world.call(argv);
    expect({ line, status, stderr }).toMatchObject({ line, status: 0 });
  }
});

test("what a row denies stays out, whatever is allowed", async () => {
  await world.publish("sh", "banned");
  await world.json(["plugins", "policy", "add", "--deny", "--repository", "banned"]);
  const argv = ["plugins", "install", "acme/banned", "--allow-untrusted"];
  expect(await world.json(argv)).toMatchObject({
    status: 77,
    value: {
      error: {
        code: "PLUGIN_NOT_WHITELISTED",
        details: { decided_by: { place: { list: "deny" } } },
      },
    },
  });
});

test("the flag alone installs what no row allows, and a warning says so", async () => {
  const repository = world.github.repository({ owner: "stranger", name: "odd" });
  await world.release(repository, "sh", "odd", "0.1.0");
  const { status, stdout } = await world.call([
    "--format",
    "jsonl",
    "plugins",
    "install",
    "stranger/odd",
    "--allow-untrusted",
  ]);
  expect(status).toBe(0);
  expect(events(stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "aoi:warning", code: "PLUGIN_NOT_WHITELISTED" }),
      expect.objectContaining({ type: "plugin_installation", name: "odd", untrusted: true }),
    ]),
  );
});

test("what was done without a server is told by the next one", async () => {
  const types = readdirSync(join(world.home, "journal")).map((file) => {
    const event: unknown = JSON.parse(readFileSync(join(world.home, "journal", file), "utf8"));
    return (event as { type: string }).type;
  });
  expect(new Set(types)).toEqual(
    new Set(["plugin.installed", "plugin.upgraded", "plugin.rolled_back", "plugin.uninstalled"]),
  );
});
