import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { machinemode } from "./run-machinemode.ts";

const guide = readFileSync(
  fileURLToPath(new URL("../../../docs/machinemode.md", import.meta.url)),
  "utf8",
);

function blocks(language: string): readonly string[] {
  return Array.from(guide.matchAll(/```(\w+)\n([^]*?)```/g))
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? "");
}

test("the commands of the guide work", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "guide-"));
  for (const folder of ["src", "build"]) mkdirSync(join(cwd, folder));
  writeFileSync(join(cwd, "src/a.ts"), "");
  const git = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
  execFileSync("git", ["init", "-q"], { cwd });
  execFileSync("git", [...git, "commit", "-q", "--allow-empty", "-m", "one"], { cwd });
  const lines = blocks("sh")
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.startsWith("machinemode "));
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) {
    const words = line
      .split(" ")
      .slice(1)
      .map((word) => word.replace(/^'(.*)'$/, "$1"));
    const { summary, events } = await machinemode(words, { cwd });
    expect({ line, ok: summary["ok"], isEmpty: events.length <= 2 }).toEqual({
      line,
      ok: true,
      isEmpty: false,
    });
  }
});

test("the adapter file of the guide works", async () => {
  const example = blocks("json").find((block) => block.includes('"adapter"')) ?? "";
  const file = join(mkdtempSync(join(tmpdir(), "guide-")), "getent.json");
  writeFileSync(file, example);
  const { records, summary } = await machinemode(["--adapter", file, "getent", "passwd", "root"]);
  expect(records).toMatchObject([{ type: "user", name: "root", uid: 0 }]);
  expect(summary["ok"]).toBe(true);
  const missing = await machinemode(["--adapter", file, "getent", "passwd", "no-such-user-here"]);
  expect(missing.events.at(-2)).toMatchObject({ code: "NO_SUCH_USER" });
});

test("the guide names every adapter", async () => {
  const { records } = await machinemode(["adapters", "--format", "jsonl"]);
  for (const { name } of records) expect(guide).toContain((name as string).split(" ")[0]);
});
