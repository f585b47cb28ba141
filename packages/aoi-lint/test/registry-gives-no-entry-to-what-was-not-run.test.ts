import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lintForRegistry } from "../src/registry/lint-for-registry.ts";
import { makeEntry } from "../src/registry/submit-entry.ts";
import { newKey } from "./registry-entries-on-hand.ts";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "aoi-registry-unseen-"));
});
afterAll(() => rmSync(place, { recursive: true }));

test("a command that says it changes things is not run, and what was not run gets no entry", async () => {
  const capabilities = {
    tool: "paint-wall",
    tool_version: "1.0.0",
    aoi_versions: ["0.2"],
    schemas: [{ name: "org.example.wall", versions: ["1.0.0"], default: "1.0.0" }],
    commands: [{ name: "paint", read_only: false }],
  };
  const tool = join(place, "paint-wall");
  const script = `#!/bin/sh
case "$1" in
  capabilities) echo '${JSON.stringify(capabilities)}' ;;
  *) exit 64 ;;
esac
`;
  writeFileSync(tool, script, { mode: 0o755 });
  const made = makeEntry(
    [tool, "paint", "--output", "jsonl"],
    {
      name: "paint-wall",
      summary: "Paint a wall",
      licence: "MIT",
      get: [{ kind: "source", text: "make" }],
    },
    {
      profile: "core",
      lint: lintForRegistry,
      privateKey: async () => newKey(),
      now: new Date(),
      cwd: place,
      env: { PATH: process.env["PATH"] },
      signal: new AbortController().signal,
    },
  );
  await expect(made).rejects.toMatchObject({
    code: "TOOL_DOES_NOT_CONFORM",
    message: expect.stringMatching(/STR-002 was not verified: .*changes things/),
  });
});
