import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInstalled, machinemode } from "./run-machinemode.ts";

const sh = (script: string): readonly string[] => ["sh", "-c", script];

test.each([
  ["a failure that says nothing", sh("exit 3"), "TOOL_FAILED", "internal", 70],
  ["a failure by sysexits", sh("exit 66"), "TOOL_FAILED", "not_found", 66],
  [
    "a missing file in its words",
    sh("echo 'cat: x: No such file or directory' >&2; exit 1"),
    "NOT_FOUND",
    "not_found",
    66,
  ],
  ["a death by a signal", sh("kill -9 $$"), "TOOL_KILLED", "internal", 70],
  ["a tool that is not there", ["no-such-tool-at-all"], "COMMAND_NOT_FOUND", "not_found", 66],
  ["a bad flag of its own", ["--no-such-option"], "BAD_OPTION", "usage", 64],
  ["a flag no adapter knows", ["ls", "--no-such-flag"], "UNSUPPORTED_FLAG", "usage", 64],
  ["a deadline", ["--timeout", "300ms", ...sh("sleep 60")], "TIMEOUT", "timeout", 124],
])("%s is an error, never a success", async (_what, words, code, category, status) => {
  const run = await machinemode(words);
  expect(run.events[0]).toMatchObject({ type: "aoi:meta", tool: "machinemode" });
  expect(run.events.find(({ type }) => type === "aoi:error")).toMatchObject({ code, category });
  expect(run.summary).toMatchObject({ type: "aoi:summary", ok: false });
  expect(run.status).toBe(status);
  expect(run.stderr).toBe("");
});

test("what a content tool says on standard error is a warning", async () => {
  const { events, summary, status } = await machinemode(
    sh("echo careful >&2; echo a; echo 'x: Permission denied' >&2"),
  );
  expect(events.filter(({ type }) => type === "aoi:warning").map(({ message }) => message)).toEqual(
    ["careful", "x: Permission denied"],
  );
  expect(summary).toMatchObject({ ok: true, count: 1, warning_count: 2 });
  expect(status).toBe(0);
});

test("an interrupt ends the tool and the stream honestly", async () => {
  const run = await machinemode(sh("echo started; exec sleep 60"), {
    signalAfter: { text: '"text":"started"', signal: "SIGINT" },
  });
  expect(run.status).toBe(130);
  expect(run.events.at(-2)).toMatchObject({
    type: "aoi:error",
    code: "INTERRUPTED",
    category: "cancelled",
  });
  expect(run.summary).toMatchObject({ ok: false, partial: true });
});

test("a first line comes while the tool still runs", async () => {
  const run = await machinemode(sh("echo first; exec sleep 60"), {
    signalAfter: { text: '"text":"first"', signal: "SIGTERM" },
  });
  expect(run.status).toBe(143);
});

test("the machine channel is pinned whatever the caller's locale and zone", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "locale-"));
  writeFileSync(join(cwd, "x"), "one two\n");
  const outputs = await Promise.all(
    ["C", "de_DE.UTF-8", "tr_TR.UTF-8", "ar_EG.UTF-8"].map(async (locale) => {
      const env = { LC_ALL: locale, LANG: locale, TZ: "Asia/Kathmandu", FORCE_COLOR: "1" };
      const runs = [
        ["find", ".", "-true", "-ls"],
        ["wc", "x"],
        ["ls", "-l"],
        ["cat", "nothing"],
      ].map((words) => machinemode(words, { cwd, env }));
      return (await Promise.all(runs)).map(({ events }) =>
        events.filter(({ type }) => type !== "aoi:summary"),
      );
    }),
  );
  for (const output of outputs.slice(1)) expect(output).toEqual(outputs[0]);
});

test("standard input goes to a tool that reads it", async (context) => {
  if (!isInstalled("jq")) return context.skip("needs jq: not installed");
  const { records } = await machinemode(["jq", ".a[]"], {
    stdin: '{"a":[1,{"b":12345678901234567890}]}',
  });
  expect(records.map(({ data }) => data)).toHaveLength(2);
  const { records: counts } = await machinemode(["wc"], { stdin: "a b\n" });
  expect(counts).toMatchObject([{ path: null, lines: 1, words: 2 }]);
});

test("a secret among the arguments or in the environment is not told", async () => {
  const secret = "hunter2-canary-value";
  const { stdout } = await machinemode(
    ["sh", "-c", 'echo "$0 $1 $API_TOKEN"', "--password", secret],
    { env: { API_TOKEN: "tok-canary-12345" } },
  );
  expect(stdout).not.toContain(secret);
  expect(stdout).not.toContain("tok-canary-12345");
  const env = await machinemode(["env"], { env: { API_TOKEN: "tok-canary-12345" } });
  expect(env.records.find(({ name }) => name === "API_TOKEN")).toMatchObject({
    value: "[redacted]",
  });
});
