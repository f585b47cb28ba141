import {
  addWorktree,
  branchName,
  changedFiles,
  commitAll,
  commitId,
  concludeMerge,
  conflictScore,
  currentHead,
  diffText,
  fetchBase,
  hasCommit,
  mergeInto,
  openClone,
  reconcileWorktrees,
  removeWorktree,
  repositorySource,
  resetWorktree,
  saveWork,
} from "@aomori/git";
import type { CommitId, ProjectClone, Worktree } from "@aomori/git";
import type { ChangedFileResource, TaskId } from "@aomori/contract";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type {
  ConflictScore,
  MergeOutcome,
  PreparedWorkspace,
  RepositoryFacts,
  WorkspaceRequest,
  WorkspaceSpec,
  Workspaces,
} from "../ports.ts";
import { detectTestCommand } from "./detect-commands.ts";
import { runTests } from "./run-tests.ts";
import { exportBranch } from "./export-branch.ts";
import { inspectSource } from "./inspect-source.ts";
import { conflictMarkers } from "./conflict-markers.ts";
import { Memo } from "./memo.ts";
import { setUpWorktree } from "./set-up-worktree.ts";
import { readState, writeState } from "./worktree-state.ts";

export interface GitWorkspacesOptions {
  readonly clonesDirectory: string;
  readonly worktreesDirectory: string;
}

const maxDiffBytes = 1024 * 1024;

/** Worktrees of private clones, as design §11 lays them out: one bare clone per project, one worktree per task and one per spec. */
export class GitWorkspaces implements Workspaces {
  readonly #options: GitWorkspacesOptions;
  /** Clones by spec, each with the spec's base commit in it. */
  readonly #clones = new Memo<ProjectClone>();
  /** Integration worktrees by spec. */
  readonly #integrations = new Memo<Worktree>();
  /** Task worktrees by path. */
  readonly #tasks = new Memo<Worktree>();

  /** Integration worktrees that hold nothing but their commit. */
  readonly #clean = new Set<string>();

  constructor(options: GitWorkspacesOptions) {
    this.#options = options;
  }

  inspect(repository: string, base: string | undefined): Promise<RepositoryFacts> {
    return inspectSource(repository, base);
  }

  async openSpec(spec: WorkspaceSpec): Promise<void> {
    await this.#integration(spec);
  }

  async exploreDirectory(spec: WorkspaceSpec): Promise<string> {
    return (await this.#integration(spec)).path;
  }

  testCommand(directory: string): Promise<readonly string[] | undefined> {
    return detectTestCommand(directory);
  }

  async prepare(request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const from = commitId(request.from);
    const worktree = await this.#addTask(request);
    const known = await readState(worktree.gitDirectory);
    if (known !== undefined) {
      return ready(worktree, known.baseCommit, known.conflict?.files ?? []);
    }
    if ((await currentHead(worktree)) !== from) await resetWorktree(worktree, from);
    for (const commit of request.include) {
      const merged = await mergeInto(worktree, {
        from: commitId(commit),
        message: `Start ${request.taskId} from ${commit.slice(0, 10)}`,
      });
      if (merged.kind === "conflict") {
        await resetWorktree(worktree, from);
        return { kind: "conflict", commit, files: merged.files.map((file) => file.path) };
      }
    }
    await this.setUp(worktree.path, request.setupCommand, request.signal);
    return this.#begin(worktree, request);
  }

  async restore(request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const worktree = await this.#addTask(request);
    const known = await readState(worktree.gitDirectory);
    if (known === undefined) return this.prepare(request);
    const name = `${request.taskId}-${randomUUID().slice(0, 8)}`;
    await saveWork(worktree, {
      name,
      message: `Left by an agent of ${request.taskId} that did not finish`,
    });
    const head = await currentHead(worktree);
    await resetWorktree(worktree, known.conflict === null ? head : commitId(known.baseCommit));
    return known.conflict === null
      ? ready(worktree, known.baseCommit, [])
      : this.#begin(worktree, request);
  }

  /** Brings the commit to be resolved in, with its conflicts in the files, and records that the worktree is ready. */
  async #begin(worktree: Worktree, request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const { resolve } = request;
    const head = await currentHead(worktree);
    const merged =
      resolve === undefined
        ? undefined
        : await mergeInto(worktree, {
            from: commitId(resolve.commit),
            message: `Merge ${resolve.commit.slice(0, 10)} for ${request.taskId}`,
            leaveConflicts: true,
          });
    const conflict = merged?.kind === "conflict" ? merged : null;
    const isStart = merged?.kind === "merged" && resolve?.countsAsWork === false;
    const baseCommit = isStart ? merged.commit : head;
    await writeState(worktree.gitDirectory, { baseCommit, conflict });
    return ready(worktree, baseCommit, conflict?.files ?? []);
  }

  async setUp(
    path: string,
    command: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await setUpWorktree(path, command, signal);
  }

  async collect(request: Parameters<Workspaces["collect"]>[0]): ReturnType<Workspaces["collect"]> {
    const worktree = await this.#task(request.spec, request.worktree, request.branch);
    const known = await readState(worktree.gitDirectory);
    const { message } = request;
    if (
      known?.conflict !== undefined &&
      known.conflict !== null &&
      !(await isConcluded(worktree, known.baseCommit))
    ) {
      const { conflict } = known;
      const decided = conflict.files
        .filter((file) => file.kind === "choice")
        .map((file) => file.path);
      await concludeMerge(worktree, { message, conflict, decided });
    } else {
      await commitAll(worktree, { message });
    }
    const base = commitId(request.baseCommit);
    const head = await currentHead(worktree);
    if (head === base) return { commit: null, files: [] };
    const files = await changedFiles(worktree.clone, base, head);
    return { commit: head, files: files.map(changedFile) };
  }

  async diff(
    spec: WorkspaceSpec,
    from: string,
    to: string,
  ): Promise<{ text: string; truncated: boolean }> {
    const clone = await this.#clone(spec);
    return diffText(clone, commitId(from), commitId(to), { maxBytes: maxDiffBytes });
  }

  conflictMarkers: Workspaces["conflictMarkers"] = conflictMarkers;

  /** Tests may leave anything behind, tracked files changed included. */
  runTests(
    ...[directory, command, options]: Parameters<Workspaces["runTests"]>
  ): ReturnType<Workspaces["runTests"]> {
    this.#clean.delete(directory);
    return runTests(directory, command, options);
  }

  async resetTask(
    spec: WorkspaceSpec,
    path: string,
    branch: string,
    commit: string,
  ): Promise<void> {
    await resetWorktree(await this.#task(spec, path, branch), commitId(commit));
  }

  async removeSpec(spec: WorkspaceSpec, taskIds: readonly TaskId[]): Promise<void> {
    const clone = await this.#clone(spec);
    const paths = [spec.specId, ...taskIds].map((name) => this.#path(spec, name));
    for (const path of paths) {
      this.#tasks.forget(path);
      await removeWorktree(clone, path);
    }
    this.#clean.delete(this.#path(spec, spec.specId));
    this.#integrations.forget(spec.specId);
    this.#clones.forget(spec.specId);
  }

  async checkoutIntegration(spec: WorkspaceSpec, commit: string): Promise<string> {
    const integration = await this.#integration(spec);
    await this.#pointAt(integration, commitId(commit));
    return integration.path;
  }

  async merge(
    spec: WorkspaceSpec,
    request: Parameters<Workspaces["merge"]>[1],
  ): Promise<MergeOutcome> {
    const integration = await this.#integration(spec);
    await this.#pointAt(integration, commitId(request.tip));
    this.#clean.delete(integration.path);
    const merged = await mergeInto(integration, {
      from: commitId(request.commit),
      message: request.message,
    });
    if (merged.kind === "conflict") {
      return { kind: "conflict", files: merged.files.map((file) => file.path) };
    }
    this.#clean.add(integration.path);
    return { kind: merged.kind, commit: merged.commit, worktree: integration.path };
  }

  async conflict(spec: WorkspaceSpec, left: string, right: string): Promise<ConflictScore> {
    const clone = await this.#clone(spec);
    const { score, level, conflictingFiles, overlappingFiles } = await conflictScore(
      clone,
      commitId(left),
      commitId(right),
    );
    return {
      score,
      level,
      files: conflictingFiles.length > 0 ? conflictingFiles : overlappingFiles,
    };
  }

  async moveUserBranch(
    spec: WorkspaceSpec,
    branch: string,
    commit: string,
    options: { readonly dryRun: boolean },
  ): ReturnType<Workspaces["moveUserBranch"]> {
    const clone = await this.#clone(spec);
    return exportBranch(
      clone,
      { repository: spec.repository, branch: branchName(branch), from: commitId(commit) },
      options,
    );
  }

  async reconcile(
    ...[projectId, wanted]: Parameters<Workspaces["reconcile"]>
  ): Promise<readonly string[]> {
    const clone = { path: this.#clonePath(projectId) };
    if (!existsSync(clone.path)) return [];
    const folder = join(this.#options.worktreesDirectory, projectId);
    const paths = wanted.flatMap(({ specId, taskIds }) =>
      [specId, ...taskIds].map((name) => join(folder, name)),
    );
    const { removedWorktrees } = await reconcileWorktrees(clone, paths);
    return removedWorktrees;
  }

  #clonePath(projectId: string): string {
    return join(this.#options.clonesDirectory, `${projectId}.git`);
  }

  #path(spec: WorkspaceSpec, name: string): string {
    return join(this.#options.worktreesDirectory, spec.projectId, name);
  }

  /** Looks at what is on disk: half-made or removed worktrees are made again. */
  async #addTask(request: WorkspaceRequest): Promise<Worktree> {
    const path = this.#path(request.spec, request.taskId);
    this.#tasks.forget(path);
    return this.#task(request.spec, path, request.branch, request.from);
  }

  #task(
    spec: WorkspaceSpec,
    path: string,
    branch: string,
    from: string = spec.baseCommit,
  ): Promise<Worktree> {
    return this.#tasks.get(path, async () =>
      addWorktree(await this.#clone(spec), {
        path,
        branch: branchName(branch),
        from: commitId(from),
      }),
    );
  }

  #integration(spec: WorkspaceSpec): Promise<Worktree> {
    return this.#integrations.get(spec.specId, async () =>
      addWorktree(await this.#clone(spec), {
        path: this.#path(spec, spec.specId),
        branch: branchName(spec.integrationBranch),
        from: commitId(spec.baseCommit),
      }),
    );
  }

  /** On a worktree that is there already, and in which no test has run, this costs no git process. */
  async #pointAt(integration: Worktree, commit: CommitId): Promise<void> {
    const { path } = integration;
    if (this.#clean.has(path) && (await currentHead(integration)) === commit) return;
    this.#clean.delete(path);
    await resetWorktree(integration, commit);
    this.#clean.add(path);
  }

  #clone(spec: WorkspaceSpec): Promise<ProjectClone> {
    return this.#clones.get(spec.specId, async () => {
      const source = repositorySource(spec.repository, "/");
      const clone = await openClone(this.#clonePath(spec.projectId), source);
      if (await hasCommit(clone, commitId(spec.baseCommit))) return clone;
      const branch = spec.baseBranch === "HEAD" ? undefined : branchName(spec.baseBranch);
      await fetchBase(clone, branch === undefined ? { kind: "head" } : { kind: "branch", branch });
      return clone;
    });
  }
}

function ready(
  worktree: Worktree,
  baseCommit: string,
  conflicted: readonly { readonly path: string }[],
): PreparedWorkspace {
  return {
    kind: "ready",
    worktree: worktree.path,
    baseCommit,
    conflictedFiles: conflicted.map((file) => file.path),
  };
}

async function isConcluded(worktree: Worktree, baseCommit: string): Promise<boolean> {
  return (await currentHead(worktree)) !== baseCommit;
}

function changedFile(file: Awaited<ReturnType<typeof changedFiles>>[number]): ChangedFileResource {
  const { path, additions, deletions } = file;
  const status = file.status === "type_changed" ? "modified" : file.status;
  return { path, status, additions, deletions };
}
