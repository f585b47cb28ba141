import { UserError } from "@aomori/protocol";

declare const branch: unique symbol;
declare const commit: unique symbol;

/** A branch's short name (`aomori/web/main`), checked against git-check-ref-format(1). */
export type BranchName = string & { readonly [branch]: true };

/** A full object name of a commit, lower-case hexadecimal. */
export type CommitId = string & { readonly [commit]: true };

/** Parses a branch name from outside; throws BRANCH_NAME_INVALID. */
export function branchName(text: string): BranchName {
  if (isBranchName(text)) return text;
  throw new UserError(
    "validation",
    "BRANCH_NAME_INVALID",
    `${JSON.stringify(text)} is not a branch name; see "git help check-ref-format"`,
    { details: { branch: text } },
  );
}

/** Parses a full commit id, as git prints it or as it was stored; throws COMMIT_ID_INVALID. */
export function commitId(text: string): CommitId {
  if (isCommitId(text)) return text;
  throw new UserError(
    "validation",
    "COMMIT_ID_INVALID",
    `${JSON.stringify(text)} is not a full commit id of 40 or 64 hexadecimal digits`,
    { details: { commit: text } },
  );
}

/** The branch on which everything finished of a spec comes together: `aomori/<spec>/main`. */
export function integrationBranch(spec: string): BranchName {
  return branchName(`aomori/${pathPart(spec)}/main`);
}

/** The branch of one task: `aomori/<spec>/TSK-042`. */
export function taskBranch(spec: string, task: string): BranchName {
  return branchName(`aomori/${pathPart(spec)}/${pathPart(task)}`);
}

/** The full name of a branch's ref. */
export function branchRef(name: BranchName): string {
  return `refs/heads/${name}`;
}

function isBranchName(text: string): text is BranchName {
  if (text === "" || text === "HEAD" || text === "@" || text.startsWith("-")) return false;
  // Control characters, space and the characters git gives a meaning to.
  // oxlint-disable-next-line no-control-regex -- git forbids exactly these characters
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(text) || text.length > 200) return false;
  if (text.includes("..") || text.includes("@{") || text.endsWith(".")) return false;
  return text
    .split("/")
    .every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

function isCommitId(text: string): text is CommitId {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function pathPart(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
  throw new UserError(
    "validation",
    "BRANCH_NAME_INVALID",
    `${JSON.stringify(text)} cannot be part of a branch name; use letters, digits, ".", "_" and "-"`,
  );
}
