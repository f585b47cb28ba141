import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";
import type { TestProjectInlineConfiguration } from "vitest/config";

// Everything the tests make lies here, and everything they start has it as TMPDIR; tools/no-survivors.ts looks after both.
const runFolder = join(tmpdir(), `aomori-test-${process.pid}`);
process.env["AOMORI_TEST_TMPDIR"] = runFolder;

// Most of what a program costs that runs from its sources is compiling them; Node keeps what it compiled, by content.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.cache/compiled");

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  pool: "forks",
  // As the server runs: WebAssembly (PGlite) is compiled once, and not again in the background for every file.
  execArgv: ["--conditions=aomori-source", "--liftoff-only"],
  env: { TMPDIR: runFolder },
  globalSetup: "./tools/no-survivors.ts",
} satisfies TestProjectInlineConfiguration["test"];

// vitest hands these to its workers as --conditions too: "import" there would break every require().
export default defineConfig({
  ssr: { resolve: { conditions: ["aomori-source", "node"] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "fast",
          // A worker keeps what it has loaded from file to file: half of the suite's processor time. So no file leaves anything behind.
          isolate: false,
          // Some tests wait for most of their time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          include: [
            "packages/*/test/**/*.test.ts",
            "tools/test/**/*.test.ts",
            "bench/test/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "packages/*/test/slow/**"],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "slow",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
          include: ["packages/*/test/slow/**/*.test.ts", "test/**/*.test.ts"],
        },
      },
    ],
  },
});
