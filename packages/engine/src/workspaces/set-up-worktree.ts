import { UserError } from "@aomori/protocol";
import { readTextFile, runGuardedChild, writeFileAtomic } from "@aomori/system";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { detectSetupCommand } from "./detect-commands.ts";

const setupDeadlineMs = 1_800_000;
/** What a set-up depends on; where one of them changes, it is run again. */
const manifests = ["package.json", "package-lock.json"];

/** Runs the set-up command in a worktree, once for each state of its build files. Errors: SETUP_FAILED. */
export async function setUpWorktree(
  worktree: string,
  command: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const argv = command ?? (await detectSetupCommand(worktree));
  if (argv === undefined || argv.length === 0) return;
  const marker = join(await gitDirectoryOf(worktree), "aomori-setup");
  const key = await keyOf(worktree, argv);
  if ((await readTextFile(marker)) === key) return;
  const result = await runGuardedChild(argv, {
    cwd: worktree,
    deadlineMs: setupDeadlineMs,
    signal,
    keepOutput: "tail",
    maxOutputBytes: 16_384,
  });
  if (result.exitCode === 0) return writeFileAtomic(marker, key);
  throw new UserError(
    "config",
    "SETUP_FAILED",
    `the set-up command "${argv.join(" ")}" failed (${result.exitCode ?? result.ending}): ${result.stderr.slice(-500)}`,
  );
}

/** A worktree's own directory in its clone, where no agent sees the marker. */
async function gitDirectoryOf(worktree: string): Promise<string> {
  const text = (await readTextFile(join(worktree, ".git"))) ?? "";
  return resolve(worktree, /^gitdir: (.+)\n?$/.exec(text)?.[1] ?? ".git");
}

async function keyOf(worktree: string, argv: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(argv));
  for (const name of manifests) {
    hash.update(`\0${(await readTextFile(join(worktree, name))) ?? ""}`);
  }
  return hash.digest("hex");
}
