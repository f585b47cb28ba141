import { moveUserBranch, planUserBranchMove, repositorySource } from "@aomori/git";
import type { BranchName, CommitId, ProjectClone } from "@aomori/git";
import { UserError } from "@aomori/protocol";
import type { UserBranchMove } from "../ports.ts";

/** Moves a branch of the user's repository; a merge that would conflict is refused and nothing moves. Errors: REPOSITORY_REMOTE, MERGE_CONFLICT. */
export async function exportBranch(
  clone: ProjectClone,
  request: { readonly repository: string; readonly branch: BranchName; readonly from: CommitId },
  options: { readonly dryRun: boolean },
): Promise<UserBranchMove> {
  const { repository, branch, from } = request;
  if (repositorySource(repository, "/").kind === "url") {
    throw new UserError(
      "conflict",
      "REPOSITORY_REMOTE",
      `${repository} is not on this machine; push the result yourself: git -C ${clone.path} push ${repository} ${from}:refs/heads/${branch}`,
    );
  }
  const message = `Merge ${request.from.slice(0, 10)} into ${request.branch}`;
  const act = options.dryRun ? planUserBranchMove : moveUserBranch;
  const move = await act(clone, { ...request, message });
  switch (move.kind) {
    case "conflict":
      throw new UserError(
        "conflict",
        "MERGE_CONFLICT",
        `${request.branch} has changed the same lines in ${move.conflictingFiles.join(", ")}; merge ${request.from.slice(0, 10)} by hand`,
        { details: { files: move.conflictingFiles } },
      );
    case "up_to_date":
      return { kind: "up_to_date", previousCommit: move.before, commit: move.before };
    case "create":
      return { kind: "created", previousCommit: null, commit: move.after };
    case "fast_forward":
    case "merge_commit":
      return { kind: move.kind, previousCommit: move.before, commit: move.after };
  }
}
