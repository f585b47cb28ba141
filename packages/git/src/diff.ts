import { inClone, type ProjectClone } from "./clone.ts";
import { runGit, zeroSeparated, type GitOptions } from "./git-command.ts";
import type { CommitId } from "./names.ts";

export interface ChangedFile {
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed" | "type_changed";
  /** Where a renamed file was. */
  readonly previousPath: string | undefined;
  readonly binary: boolean;
  /** Lines; 0 for a binary file. */
  readonly additions: number;
  readonly deletions: number;
}

export interface DiffText {
  /** Unified diff, without colour. */
  readonly text: string;
  readonly truncated: boolean;
}

const defaultMaxDiffBytes = 1024 * 1024;

/** What changed from one commit to another, by path; renames are found by similarity (git's default 50 %). */
export async function changedFiles(
  clone: ProjectClone,
  base: CommitId,
  head: CommitId,
  options: GitOptions = {},
): Promise<ChangedFile[]> {
  const { stdout } = await runGit(
    ["diff-tree", "-r", "-z", "--find-renames", "--raw", "--numstat", base, head],
    { ...inClone(clone), ...options, kind: "read" },
  );
  return parseRawNumstat(stdout);
}

/** The unified diff from one commit to another, at most `maxBytes` long (default 1 MiB). */
export async function diffText(
  clone: ProjectClone,
  base: CommitId,
  head: CommitId,
  options: GitOptions & { readonly maxBytes?: number } = {},
): Promise<DiffText> {
  const { maxBytes, ...rest } = options;
  const { stdout, stdoutTruncated } = await runGit(
    ["diff-tree", "-r", "-p", "--find-renames", "--no-ext-diff", "--no-textconv", base, head],
    {
      ...inClone(clone),
      ...rest,
      kind: "read",
      maxOutputBytes: maxBytes ?? defaultMaxDiffBytes,
    },
  );
  return { text: stdout, truncated: stdoutTruncated };
}

interface RawChange {
  readonly letter: string;
  readonly path: string;
  readonly previousPath: string | undefined;
}

/** Parses `--raw --numstat -z`: all raw records come first, each starting with a colon. */
function parseRawNumstat(text: string): ChangedFile[] {
  const parts = zeroSeparated(text);
  const raws: RawChange[] = [];
  let at = 0;
  const next = (): string => parts[at++] ?? "";
  while (parts[at]?.startsWith(":") === true) {
    const letter = next().split(" ").at(-1)?.charAt(0) ?? "";
    const first = next();
    const renamed = letter === "R" || letter === "C";
    raws.push({
      letter,
      path: renamed ? next() : first,
      previousPath: renamed ? first : undefined,
    });
  }
  return raws.map((raw) => {
    const [additions = "", deletions = ""] = next().split("\t");
    if (raw.previousPath !== undefined) at += 2;
    return {
      path: raw.path,
      status: statusOf(raw.letter),
      previousPath: raw.previousPath,
      binary: additions === "-",
      additions: additions === "-" ? 0 : Number(additions),
      deletions: deletions === "-" ? 0 : Number(deletions),
    };
  });
}

function statusOf(letter: string): ChangedFile["status"] {
  switch (letter) {
    case "A":
    case "C":
      return "added";
    case "D":
      return "deleted";
    case "R":
      return "renamed";
    case "T":
      return "type_changed";
    default:
      return "modified";
  }
}
