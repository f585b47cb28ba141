import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lintForRegistry, listEntries, verifyEntry } from "@aomori/aoi-lint";
import type { ListedEntry } from "@aomori/aoi-lint";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const { entries } = await listEntries({
  shippedDirectory: `${root}registry`,
  ownDirectory: "/nowhere",
});
let place: string;

/** Our own tools as commands on a PATH of their own, and a repository for what looks at one. */
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "aoi-registry-tools-"));
  const [bin, folder] = [join(place, "bin"), join(place, "folder")];
  for (const directory of [bin, folder]) mkdirSync(directory);
  const built = (script: string, name: string): string => {
    const into = join(place, name);
    execFileSync(process.execPath, ["--conditions=aomori-source", script, into], { cwd: root });
    symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
    return `'${join(into, `${name}.cjs`)}'`;
  };
  const programs = {
    aomori: built("tools/build.ts", "aomori"),
    machinemode: built("packages/machinemode/tools/build.ts", "machinemode"),
    "aoi-lint": `--conditions=aomori-source '${join(root, "packages/aoi-lint/src/bin.ts")}'`,
  };
  for (const [name, program] of Object.entries(programs)) {
    const line = `exec '${process.execPath}' ${program} "$@"`;
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  const git = (...argv: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...argv], {
      cwd: folder,
    });
  writeFileSync(join(folder, "a file"), "a\n");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each(entries.map((listed): [string, ListedEntry] => [listed.entry.name, listed]))(
  "%s conforms as its entry says",
  async (_, { entry }) => {
    const checks = verifyEntry(entry, {
      cwd: join(place, "folder"),
      env: { ...process.env, PATH: [join(place, "bin"), process.env["PATH"]].join(delimiter) },
      signal: new AbortController().signal,
      lint: lintForRegistry,
    });
    const seen = new Map<string, string>();
    for await (const { name, verdict, detail } of checks)
      seen.set(name.slice(entry.name.length + 1), verdict === "failed" ? `${detail}` : verdict);
    expect(Object.fromEntries(seen)).toMatchObject({
      signature: "passed",
      digest: "passed",
      schemas: "passed",
      lint: "passed",
    });
  },
);

test("there is an entry to verify", () => {
  expect(entries.length).toBeGreaterThan(0);
});
