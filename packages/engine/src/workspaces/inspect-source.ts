import {
  branchCommit,
  branchName,
  inspectRemote,
  inspectRepository,
  repositorySource,
} from "@aomori/git";
import { UserError } from "@aomori/protocol";
import { basename } from "node:path";
import type { RepositoryFacts } from "../ports.ts";

/** Where a spec would start from in a repository, named by path or URL. A dirty or detached checkout is fine: the commit counts. */
export function inspectSource(
  repository: string,
  base: string | undefined,
): Promise<RepositoryFacts> {
  const source = repositorySource(repository, "/");
  return source.kind === "path" ? inspectPath(source.path, base) : inspectUrl(source.url, base);
}

async function inspectPath(path: string, base: string | undefined): Promise<RepositoryFacts> {
  const { topLevel, head } = await inspectRepository(path);
  const current = head.kind === "branch" ? head.branch : "HEAD";
  const commit = base === undefined ? head.commit : await branchCommit(topLevel, branchName(base));
  if (commit === undefined) throw branchNotFound(topLevel, base);
  return {
    repository: topLevel,
    name: basename(topLevel),
    defaultBranch: current,
    baseBranch: base ?? current,
    baseCommit: commit,
  };
}

async function inspectUrl(url: string, base: string | undefined): Promise<RepositoryFacts> {
  const { defaultBranch, headCommit, branches } = await inspectRemote(repositorySource(url, "/"));
  const commit = base === undefined ? headCommit : branches.get(base);
  if (commit === undefined) throw branchNotFound(url, base);
  return {
    repository: url,
    name: basename(url).replace(/\.git$/, ""),
    defaultBranch: defaultBranch ?? "HEAD",
    baseBranch: base ?? defaultBranch ?? "HEAD",
    baseCommit: commit,
  };
}

function branchNotFound(repository: string, base: string | undefined): UserError {
  return new UserError(
    "not_found",
    "BRANCH_NOT_FOUND",
    `${repository} has no branch ${base ?? "HEAD"}; name one of its branches with --base`,
  );
}
