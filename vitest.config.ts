import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import type { TestProjectInlineConfiguration } from "vitest/config";

// Everything the tests make lies here, and everything they start has it as TMPDIR; tools/no-survivors.ts looks after both.
const runFolder = join(tmpdir(), `aomori-test-${process.pid}`);
process.env["AOMORI_TEST_TMPDIR"] = runFolder;

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  pool: "forks",
  execArgv: ["--conditions=aomori-source"],
  env: { TMPDIR: runFolder },
  globalSetup: "./tools/no-survivors.ts",
} satisfies TestProjectInlineConfiguration["test"];

// vitest hands these to its workers as --conditions too: "import" there would break every require().
export default defineConfig({
  ssr: { resolve: { conditions: ["aomori-source", "node"] } },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "fast",
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
          testTimeout: 600_000,
          hookTimeout: 600_000,
          include: ["packages/*/test/slow/**/*.test.ts", "test/**/*.test.ts"],
        },
      },
    ],
  },
});
