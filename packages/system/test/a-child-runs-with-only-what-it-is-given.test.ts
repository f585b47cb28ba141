import { expect, test } from "vitest";

import { childEnvironment, runChild, spawnChild } from "@aomori/system";

const base = { cwd: "/", deadlineMs: 10_000 };

test("the environment is the allow-list and what is given, never the parent's", async () => {
  process.env["AOMORI_TEST_SECRET"] = "leak";
  try {
    const result = await runChild(["env"], { ...base, env: { GIVEN: "yes", TERM: undefined } });
    const names = result.stdout.split("\n").map((line) => line.split("=")[0]);
    expect(names).toContain("GIVEN");
    expect(names).toContain("PATH");
    expect(names).not.toContain("TERM");
    expect(result.stdout).not.toContain("leak");
  } finally {
    delete process.env["AOMORI_TEST_SECRET"];
  }
});

test("the allow-list passes locale names and drops the rest", () => {
  expect(
    childEnvironment({ PATH: "/bin", LC_ALL: "C", OPENAI_API_KEY: "k", NODE_OPTIONS: "-x" }, {}),
  ).toEqual({ PATH: "/bin", LC_ALL: "C" });
});

test("exit code, both outputs and standard input go through unchanged", async () => {
  const result = await runChild(["/bin/sh", "-c", "cat; echo oops >&2; exit 7"], {
    ...base,
    stdin: { text: "hello $HOME 'quoted'\n" },
  });
  expect(result).toMatchObject({
    ending: "exited",
    exitCode: 7,
    signal: undefined,
    stdout: "hello $HOME 'quoted'\n",
    stderr: "oops\n",
  });
});

test("arguments reach the program as they are", async () => {
  const argument = `-n "$(id)" ; echo x\n'*'`;
  const result = await runChild(["printf", "%s", argument], base);
  expect(result.stdout).toBe(argument);
});

test("a program ended by a signal says which", async () => {
  const result = await runChild(["/bin/sh", "-c", "kill -9 $$"], base);
  expect(result).toMatchObject({ ending: "signalled", exitCode: undefined, signal: "SIGKILL" });
});

test("output over the cap is cut at a whole character and says so", async () => {
  const argv = [
    "/bin/sh",
    "-c",
    "i=0; while [ $i -lt 500 ]; do printf 'é%s\n' $i; i=$((i+1)); done",
  ];
  const head = await runChild(argv, { ...base, maxOutputBytes: 101 });
  expect(head.stdoutTruncated).toBe(true);
  expect(head.stdout.startsWith("é0\né1\n")).toBe(true);
  expect(head.stdout).not.toContain("\uFFFD");
  const tail = await runChild(argv, { ...base, maxOutputBytes: 101, keepOutput: "tail" });
  expect(tail.stdoutTruncated).toBe(true);
  expect(tail.stdout.endsWith("é499\n")).toBe(true);
  expect(Buffer.byteLength(tail.stdout)).toBeLessThanOrEqual(101);
  expect(tail.stdout).not.toContain("\uFFFD");
});

test("lines come one by one, long ones cut, and writes are answered", async () => {
  await using child = await spawnChild(["cat"], { ...base, stdin: "open", stdout: "stream" });
  const lines = child.stdoutLines({ maxLineBytes: 5 });
  expect(await child.writeStdin("abc\r\nabcdefgh\n")).toBe(true);
  expect((await lines.next()).value).toEqual({ text: "abc", truncated: false });
  expect((await lines.next()).value).toEqual({ text: "abcde", truncated: true });
  await child.writeStdin("end");
  child.endStdin();
  expect((await lines.next()).value).toEqual({ text: "end", truncated: false });
  expect((await lines.next()).done).toBe(true);
  expect((await child.result).exitCode).toBe(0);
});

test("writing to a program that has closed its input is told, not thrown", async () => {
  await using child = await spawnChild(["/bin/sh", "-c", "exec <&-; sleep 0.3"], {
    ...base,
    stdin: "open",
  });
  const big = "x".repeat(1 << 20);
  let delivered = true;
  for (let round = 0; round < 20 && delivered; round++) delivered = await child.writeStdin(big);
  expect(delivered).toBe(false);
  expect((await child.result).exitCode).toBe(0);
});

test("a missing program and a missing directory are told apart", async () => {
  await expect(runChild(["no-such-program"], base)).rejects.toMatchObject({
    code: "COMMAND_NOT_FOUND",
  });
  await expect(runChild(["true"], { ...base, cwd: "/no/such" })).rejects.toMatchObject({
    code: "WORKING_DIRECTORY_NOT_FOUND",
  });
});
