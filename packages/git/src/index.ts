export { fetchBase, openClone } from "./clone.ts";
export type { Base, ProjectClone } from "./clone.ts";
export { commitAll, commitsBetween, uncommittedFiles } from "./commit.ts";
export type { CommitRequest } from "./commit.ts";
export { conflictScore } from "./conflict-score.ts";
export type { ConflictScore } from "./conflict-score.ts";
export { changedFiles, diffText } from "./diff.ts";
export type { ChangedFile, DiffText } from "./diff.ts";
export type { GitOptions, Identity } from "./git-command.ts";
export { checkGit } from "./git-version.ts";
export { concludeMerge, mergeInto } from "./merge.ts";
export type {
  ConcludeRequest,
  ConflictedFile,
  MergeConflict,
  MergeRequest,
  MergeResult,
} from "./merge.ts";
export { branchName, commitId, integrationBranch, taskBranch } from "./names.ts";
export type { BranchName, CommitId } from "./names.ts";
export { hasCommit, inspectRemote } from "./remote.ts";
export type { RemoteFacts } from "./remote.ts";
export { reconcileWorktrees } from "./reconcile.ts";
export type { Reconciliation } from "./reconcile.ts";
export { branchCommit, inspectRepository } from "./repository.ts";
export type { RepositoryFacts, RepositoryHead } from "./repository.ts";
export { repositorySource } from "./repository-source.ts";
export type { RepositorySource } from "./repository-source.ts";
export { saveWork } from "./save-work.ts";
export { moveUserBranch, planUserBranchMove } from "./user-branch.ts";
export type { MoveUserBranchRequest, UserBranchMove } from "./user-branch.ts";
export { listWorktrees } from "./worktree-list.ts";
export type { WorktreeEntry } from "./worktree-list.ts";
export {
  addWorktree,
  currentHead,
  removeWorktree,
  resetBranch,
  resetWorktree,
} from "./worktree.ts";
export type { AddWorktreeRequest, Worktree } from "./worktree.ts";
