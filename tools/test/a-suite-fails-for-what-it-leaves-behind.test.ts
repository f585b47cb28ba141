import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { survivorsOf } from "../no-survivors.ts";
import { readTally } from "../tally.ts";
import { plant } from "./planted-repository.ts";

const tools = resolve(import.meta.dirname, "..");
const root = resolve(tools, "..");

const config = (folder: string): string => `
  export default {
    root: ${JSON.stringify(folder)},
    test: {
      include: ["*.test.mjs"],
      pool: "forks",
      env: { TMPDIR: ${JSON.stringify(join(folder, "run"))} },
      globalSetup: ${JSON.stringify(join(tools, "no-survivors.ts"))},
      reporters: [${JSON.stringify(join(tools, "tally-reporter.ts"))}],
    },
  };
`;

const leaking = `
  import { spawn } from "node:child_process";
  import { writeFileSync } from "node:fs";
  import { it } from "${join(root, "node_modules/vitest/dist/index.js")}";
  it("leaves a child behind", () => {
    const { PATH, TMPDIR } = process.env;
    const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore", env: { PATH, TMPDIR } });
    writeFileSync("child.pid", String(child.pid));
    child.unref();
  });
  it.skip("needs what is not here", () => {});
`;

function plantSuite(files: Readonly<Record<string, string>>): string {
  const folder = plant(files);
  writeFileSync(join(folder, "vitest.config.mjs"), config(folder));
  return folder;
}

function runVitest(folder: string): { status: number | null; stderr: string } {
  return spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--config",
      join(folder, "vitest.config.mjs"),
    ],
    {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        AOMORI_TEST_TMPDIR: join(folder, "run"),
        AOMORI_TALLY_FILE: join(folder, "tally.jsonl"),
      },
    },
  );
}

describe.skipIf(process.platform !== "linux")("a suite (needs Linux: it reads /proc)", () => {
  it("is red when a child of it outlives it, and the child is ended", () => {
    const folder = plantSuite({ "leaks.test.mjs": leaking });
    const { status, stderr } = runVitest(folder);
    const pid = Number(readFileSync(join(folder, "child.pid"), "utf8"));
    expect(stderr).toContain(`the tests left 1 processes running:\n  ${pid} sleep 60`);
    expect(status).toBe(1);
    expect(survivorsOf(join(folder, "run"))).toEqual([]);
    expect(readTally(join(folder, "tally.jsonl"))).toEqual({
      passed: 1,
      failed: [],
      skipped: [
        {
          name: "leaks.test.mjs > needs what is not here",
          reason: "needs what is not here",
        },
      ],
      fileCount: 1,
    });
  });

  it("is green when it leaves nothing, and red in the tally when a file cannot be loaded", () => {
    const clean = leaking.replace("const child", "return; const child");
    const folder = plantSuite({ "clean.test.mjs": clean });
    expect(runVitest(folder).status).toBe(0);
    const broken = plantSuite({ "broken.test.mjs": "throw new Error('no');" });
    expect(runVitest(broken).status).toBe(1);
    expect(readTally(join(broken, "tally.jsonl")).failed).toEqual([
      {
        name: "broken.test.mjs > the file itself",
        why: ["Error: no", expect.stringMatching(/^at broken\.test\.mjs:1:/)],
      },
    ]);
  });
});
