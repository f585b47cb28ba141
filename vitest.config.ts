import { defineConfig } from "vitest/config";

const shared = {
  testTimeout: 30_000,
  hookTimeout: 60_000,
  pool: "forks",
  // --liftoff-only as the server runs: without it the compiler of PGlite takes the cores from the tests.
  execArgv: ["--conditions=aomori-source", "--liftoff-only"],
} as const;

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
          include: ["packages/*/test/**/*.test.ts", "tools/test/**/*.test.ts"],
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
