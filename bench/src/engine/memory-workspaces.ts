import type { Workspaces } from "@aomori/engine";
import { createHash } from "node:crypto";

const hashOf = (text: string): string => createHash("sha1").update(text).digest("hex");
const refuse = (what: string): Promise<never> =>
  Promise.reject(new Error(`${what} is no part of this benchmark`));

export const baseCommit: string = hashOf("base");

/** Worktrees that cost nothing, so that only the engine is measured; every branch merges without conflict. */
export function memoryWorkspaces(): Workspaces {
  return {
    inspect: () => refuse("inspecting a repository"),
    openSpec: async () => {},
    exploreDirectory: () => refuse("exploring"),
    testCommand: async () => undefined,
    prepare: async ({ taskId, from }) => ({
      kind: "ready",
      worktree: `/worktrees/${taskId}`,
      baseCommit: from,
      conflictedFiles: [],
    }),
    restore: () => refuse("restoring a worktree"),
    collect: async ({ branch }) => ({
      commit: hashOf(branch),
      files: [
        {
          path: `src/${hashOf(branch).slice(0, 8)}.ts`,
          status: "added",
          additions: 12,
          deletions: 0,
        },
      ],
    }),
    diff: async (_, from, to) => ({ text: diffText(from, to), truncated: false }),
    conflictMarkers: async () => [],
    setUp: async () => {},
    runTests: () => refuse("running tests"),
    resetTask: () => refuse("resetting a worktree"),
    removeSpec: async () => {},
    checkoutIntegration: async () => "/worktrees/integration",
    merge: async (_, { tip, commit }) => ({
      kind: "merged",
      commit: hashOf(`${tip} ${commit}`),
      worktree: "/worktrees/integration",
    }),
    conflict: async () => ({ score: 0, level: "low", files: [] }),
    moveUserBranch: () => refuse("moving a user's branch"),
    reconcile: async () => [],
  };
}

const diffText = (from: string, to: string): string =>
  [
    `diff --git a/${from} b/${to}`,
    "@@ -0,0 +1,12 @@",
    ...Array.from({ length: 12 }, () => "+export const one = 1;"),
  ].join("\n");
