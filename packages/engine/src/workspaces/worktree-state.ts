import type { MergeConflict } from "@aomori/git";
import { commitId } from "@aomori/git";
import { isRecord, malformedFile, readJsonFile, writeFileAtomic } from "@aomori/system";
import { join } from "node:path";

/** What a finished preparation left; kept beside the worktree's own git files, where no agent sees it. */
export interface WorktreeState {
  readonly baseCommit: string;
  /** The merge that waits in the worktree to be resolved. */
  readonly conflict: MergeConflict | null;
}

const fileIn = (gitDirectory: string): string => join(gitDirectory, "aomori.json");

export async function readState(gitDirectory: string): Promise<WorktreeState | undefined> {
  const path = fileIn(gitDirectory);
  const value = await readJsonFile(path);
  if (value === undefined) return undefined;
  if (!isRecord(value) || typeof value["base_commit"] !== "string") {
    throw malformedFile(path, "base_commit is missing");
  }
  const { conflict } = value;
  return {
    baseCommit: value["base_commit"],
    conflict: conflict === null ? null : readConflict(path, conflict),
  };
}

function readConflict(path: string, value: unknown): MergeConflict {
  if (!isRecord(value) || typeof value["theirs"] !== "string" || !Array.isArray(value["files"])) {
    throw malformedFile(path, "the conflict is not described");
  }
  const files: unknown[] = value["files"];
  return {
    kind: "conflict",
    theirs: commitId(value["theirs"]),
    files: files.map((file) => readFile(path, file)),
  };
}

function readFile(path: string, file: unknown): MergeConflict["files"][number] {
  if (!isRecord(file) || typeof file["path"] !== "string") {
    throw malformedFile(path, "a conflicted file has no path");
  }
  const { versions } = file;
  const known = (["base", "ours", "theirs"] as const).filter(
    (version) => Array.isArray(versions) && versions.includes(version),
  );
  return {
    path: file["path"],
    kind: file["kind"] === "choice" ? "choice" : "text",
    versions: known,
  };
}

export async function writeState(gitDirectory: string, state: WorktreeState): Promise<void> {
  const { baseCommit, conflict } = state;
  await writeFileAtomic(
    fileIn(gitDirectory),
    JSON.stringify({ base_commit: baseCommit, conflict }),
  );
}
