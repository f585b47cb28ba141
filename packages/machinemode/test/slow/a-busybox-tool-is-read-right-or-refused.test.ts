import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machinemode } from "../run-machinemode.ts";

const busybox = ["/usr/bin/busybox", "/bin/busybox"].find((path) => existsSync(path));

/** A folder that is the whole PATH, with nothing but busybox in it. */
function busyboxPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "busybox-"));
  for (const name of ["find", "wc", "grep", "du", "df", "ps", "ip", "ls", "stat", "sh"])
    symlinkSync(busybox ?? "", join(folder, name));
  return folder;
}

test.for([
  [["find", ".", "-true", "-ls"]],
  [["grep", "-r", "a", "."]],
  [["du", "-a", "."]],
  [["df", "/"]],
  [["ps", "-e"]],
  [["ip", "addr"]],
])(
  "%j of busybox has no machine channel: an error, and no record",
  async ([words = []], context) => {
    if (busybox === undefined) return context.skip("needs busybox: not installed");
    const { records, summary, status } = await machinemode(words, { env: { PATH: busyboxPath() } });
    expect(records).toEqual([]);
    expect(summary["ok"]).toBe(false);
    expect(status).not.toBe(0);
  },
);

test("what needs no tool, and what busybox does as GNU does, is told right", async (context) => {
  if (busybox === undefined) return context.skip("needs busybox: not installed");
  const cwd = mkdtempSync(join(tmpdir(), "busybox-"));
  writeFileSync(join(cwd, "x -> y"), "a b\nc\n");
  const env = { PATH: busyboxPath() };
  const listed = await machinemode(["ls", "-l"], { cwd, env });
  expect(listed.records).toMatchObject([{ name: "x -> y", size_bytes: 6, source: "native" }]);
  const counted = await machinemode(["wc", "x -> y"], { cwd, env });
  expect(counted.records).toMatchObject([
    { path: "x -> y", lines: 2, words: 3, bytes: 6, source: "parsed" },
  ]);
});
