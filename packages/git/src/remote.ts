import { UserError } from "@aomori/protocol";

import type { ProjectClone } from "./clone.ts";
import { inClone } from "./clone.ts";
import { runGit, type GitOptions } from "./git-command.ts";
import { branchName, commitId, type BranchName, type CommitId } from "./names.ts";
import { sourceText, type RepositorySource } from "./repository-source.ts";

const remoteDeadlineMs = 60_000;

export interface RemoteFacts {
  /** What the remote's HEAD points at; undefined when it is detached. */
  readonly defaultBranch: BranchName | undefined;
  readonly headCommit: CommitId;
  /** Every branch with its commit. */
  readonly branches: ReadonlyMap<string, CommitId>;
}

/** Asks a repository for its branches without cloning it; throws REPOSITORY_EMPTY and what git says of the address. */
export async function inspectRemote(
  source: RepositorySource,
  options: GitOptions = {},
): Promise<RemoteFacts> {
  const url = sourceText(source);
  const { stdout } = await runGit(["ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*"], {
    ...options,
    cwd: "/",
    kind: "read",
    deadlineMs: remoteDeadlineMs,
  });
  const branches = new Map<string, CommitId>();
  let head: CommitId | undefined;
  for (const [, commit = "", name = ""] of stdout.matchAll(/^([0-9a-f]{40,64})\t(.+)$/gm)) {
    if (name === "HEAD") head = commitId(commit);
    else branches.set(name.replace("refs/heads/", ""), commitId(commit));
  }
  if (head === undefined) {
    throw new UserError(
      "validation",
      "REPOSITORY_EMPTY",
      `${url} has no commit to start from; push one first`,
    );
  }
  const symbolic = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(stdout)?.[1];
  return {
    defaultBranch: symbolic === undefined ? undefined : branchName(symbolic),
    headCommit: head,
    branches,
  };
}

/** Whether the clone holds a commit. */
export async function hasCommit(
  clone: ProjectClone,
  commit: CommitId,
  options: GitOptions = {},
): Promise<boolean> {
  const { exitCode } = await runGit(["cat-file", "-e", `${commit}^{commit}`], {
    ...inClone(clone),
    ...options,
    kind: "read",
    accept: [1, 128],
  });
  return exitCode === 0;
}
