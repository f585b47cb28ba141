import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { dispatch, inner, runHost, spawnHost } from "./dispatching.ts";
import { installPlugin, newFolder } from "./installing.ts";

let plugins: string;
beforeAll(() => {
  plugins = newFolder();
  installPlugin(plugins, { name: "exits", language: "sh", source: 'echo out\nexit "$1"\n' });
  installPlugin(plugins, { name: "dies", language: "sh", source: 'echo out\nkill -"$1" $$\n' });
  installPlugin(plugins, {
    name: "waits",
    language: "sh",
    source: 'echo "$$"\nsleep 300 &\necho "$!"\nwait\n',
  });
  installPlugin(plugins, {
    name: "stubborn",
    language: "sh",
    source: "trap '' TERM\necho \"$$\"\nwhile :; do sleep 0.1; done\n",
  });
});

const isAlive = (pid: number): boolean => {
  try {
    // A zombie has no command line.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
};

async function untilDead(pids: readonly number[]): Promise<void> {
  for (let waited = 0; waited < 100 && pids.some(isAlive); waited += 1) await sleep(50);
  expect(pids.filter(isAlive)).toEqual([]);
}

const pidsIn = (text: string): number[] =>
  [...text.matchAll(/"value":"(\d+)"/g)].map(([, pid]) => Number(pid));

describe("the status", () => {
  it.each([0, 1, 3, 42, 255])("%i is passed through", async (status) => {
    const run = await dispatch(plugins, "exits", [String(status)]);
    expect(run.status).toBe(status);
    const error = { level: "error", fatal: true, code: "PLUGIN_EXIT" };
    expect(inner(run.lines)).toMatchObject([{ value: "out" }, ...(status === 0 ? [] : [error])]);
  });

  it.each([
    ["KILL", 137],
    ["SEGV", 139],
    ["TERM", 143],
  ])("after SIG%s is 128 and its number", async (signal, status) => {
    const run = await dispatch(plugins, "dies", [signal], { format: "jsonl" });
    expect(run.status).toBe(status);
    expect(run.lines.slice(-3)).toMatchObject([
      { type: "aoi:error", code: "PLUGIN_KILLED" },
      { type: "end" },
      { type: "aoi:summary", ok: false, exit_code: status, signal: `SIG${signal}` },
    ]);
  });
});

describe("a fatal error", () => {
  const fatal = '{"type":"error","level":"error","fatal":true,"message":"no key"}';

  it("stops the plugin, and what it says after is not passed on", async () => {
    const source = `echo '${fatal}'\necho late\nsleep 300\n`;
    installPlugin(plugins, { name: "fatal", language: "sh", source });
    const { status, lines } = await dispatch(plugins, "fatal");
    expect(status).toBe(1);
    expect(inner(lines)).toEqual([JSON.parse(fatal)]);
  });

  it("kills one that will not stop, after a grace", async () => {
    const source = `trap '' TERM\necho '${fatal}'\nwhile :; do sleep 0.1; done\n`;
    installPlugin(plugins, { name: "fatal-stubborn", language: "sh", source });
    const { status } = await dispatch(plugins, "fatal-stubborn", [], {
      limits: { killGraceMs: 200 },
    });
    expect(status).toBe(1);
  });

  it("is no success in a stream of events", async () => {
    const { status, lines } = await dispatch(plugins, "fatal", [], { format: "jsonl" });
    expect(status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ type: "aoi:summary", ok: false, exit_code: 1 });
  });
});

describe("it is ended with all it started", () => {
  it("at its deadline", async () => {
    const { status, text, lines } = await dispatch(plugins, "waits", [], { deadlineMs: 500 });
    expect(status).toBe(124);
    expect(inner(lines).at(-1)).toMatchObject({ fatal: true, code: "PLUGIN_TIMEOUT" });
    await untilDead(pidsIn(text));
  });

  it("at its deadline, though it ignores TERM", async () => {
    const { status, text } = await dispatch(plugins, "stubborn", [], {
      deadlineMs: 300,
      limits: { killGraceMs: 200 },
    });
    expect(status).toBe(124);
    await untilDead(pidsIn(text));
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("when the host gets %s", async (signal, status) => {
    const host = spawnHost({ plugins }, ["waits"]);
    let text = "";
    host.stdout?.on("data", (chunk) => (text += String(chunk)));
    for (let waited = 0; waited < 200 && pidsIn(text).length < 2; waited += 1) await sleep(50);
    host.kill(signal);
    const code = await new Promise((resolve) => host.once("close", resolve));
    expect(code).toBe(status);
    expect(text.trimEnd().split("\n").slice(-2)).toMatchObject([
      expect.stringContaining('"code":"INTERRUPTED"'),
      '{"type":"end"}',
    ]);
    expect(pidsIn(text)).toHaveLength(2);
    await untilDead(pidsIn(text));
  });

  it("when the host is killed with -9", async () => {
    const host = spawnHost({ plugins }, ["waits"]);
    let text = "";
    host.stdout?.on("data", (chunk) => (text += String(chunk)));
    for (let waited = 0; waited < 200 && pidsIn(text).length < 2; waited += 1) await sleep(50);
    host.kill("SIGKILL");
    expect(pidsIn(text)).toHaveLength(2);
    await untilDead(pidsIn(text));
  });

  it("when it ends itself, which what holds its output does not outlive", async () => {
    const source = 'sleep 300 &\necho "$!"\n';
    installPlugin(plugins, { name: "leaves", language: "sh", source });
    const { status, text, lines } = await dispatch(plugins, "leaves");
    expect(status).toBe(0);
    expect(inner(lines)).toHaveLength(1);
    await untilDead(pidsIn(text));
  });
});

describe("something that left its group and holds its output", () => {
  const daemon = (body: string): string =>
    `import os, sys, time
if os.fork() == 0:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    print(os.getpid(), flush=True)
${body}
else:
    time.sleep(0.3)
`;

  it("is waited for a second, and then it is said", async () => {
    const source = daemon("    time.sleep(20)");
    installPlugin(plugins, { name: "daemon", language: "python", source });
    const startedAtMs = performance.now();
    const { status, text, lines } = await dispatch(plugins, "daemon");
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
    expect(status).toBe(0);
    expect(inner(lines)).toMatchObject([
      { type: "notification" },
      { type: "error", level: "warn", fatal: false, code: "STDOUT_HELD_OPEN" },
    ]);
    for (const pid of pidsIn(text)) process.kill(pid, "SIGKILL");
  });

  it("is read no longer than the limit, though it goes on writing", async () => {
    const source = daemon(
      "    for n in range(2000):\n        print('x' * 100, flush=True)\n        time.sleep(0.01)",
    );
    installPlugin(plugins, { name: "chatty", language: "python", source });
    const { status, text, lines } = await dispatch(plugins, "chatty", [], {
      limits: { heldOpenMs: 500 },
    });
    expect(status).toBe(0);
    expect(inner(lines).at(-1)).toMatchObject({ code: "STDOUT_HELD_OPEN" });
    await untilDead(pidsIn(text));
  });
});

describe("a reader that goes away", () => {
  it("ends host and plugin quietly with 141", async () => {
    const source = 'echo "$$" >"$1"\nwhile :; do echo a line that nobody reads any more; done\n';
    installPlugin(plugins, { name: "endless", language: "sh", source });
    const file = join(newFolder(), "pid");
    const host = spawnHost({ plugins }, ["endless", file]);
    let stderr = "";
    host.stderr?.on("data", (chunk) => (stderr += String(chunk)));
    host.stdout?.once("data", () => host.stdout?.destroy());
    const code = await new Promise((resolve) => host.once("exit", resolve));
    expect([code, stderr]).toEqual([141, ""]);
    await untilDead([Number(readFileSync(file, "utf8"))]);
  });

  it("that takes the first line only does not matter to a plugin that has ended", async () => {
    const { status, stderr } = await runHost({ plugins }, ["exits", "7"]);
    expect([status, stderr]).toEqual([7, ""]);
  });
});
