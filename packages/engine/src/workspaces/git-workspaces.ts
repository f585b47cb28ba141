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
import { UserError } from "@aomori/protocol";
import { runChild } from "@aomori/system";
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
import { detectSetupCommand, detectTestCommand } from "./detect-commands.ts";
import { runTests } from "./run-tests.ts";
import { exportBranch } from "./export-branch.ts";
import { inspectSource } from "./inspect-source.ts";
import { conflictMarkers } from "./conflict-markers.ts";
import { readState, writeState } from "./worktree-state.ts";

export interface GitWorkspacesOptions {
  readonly clonesDirectory: string;
  readonly worktreesDirectory: string;
}

const setupDeadlineMs = 1_800_000;
const maxDiffBytes = 1024 * 1024;

/** Worktrees of private clones, as design §11 lays them out: one bare clone per project, one worktree per task and one per spec. */
export class GitWorkspaces implements Workspaces {
  readonly #options: GitWorkspacesOptions;
  /** Specs whose clone and integration worktree this process has opened. */
  readonly #opened = new Map<string, Promise<{ clone: ProjectClone; integration: Worktree }>>();

  constructor(options: GitWorkspacesOptions) {
    this.#options = options;
  }

  inspect(repository: string, base: string | undefined): Promise<RepositoryFacts> {
    return inspectSource(repository, base);
  }

  async openSpec(spec: WorkspaceSpec): Promise<void> {
    await this.#open(spec);
  }

  async exploreDirectory(spec: WorkspaceSpec): Promise<string> {
    return (await this.#open(spec)).integration.path;
  }

  testCommand(directory: string): Promise<readonly string[] | undefined> {
    return detectTestCommand(directory);
  }

  async prepare(request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const { clone } = await this.#open(request.spec);
    const from = commitId(request.from);
    const worktree = await addWorktree(clone, {
      path: this.#taskPath(request.spec, request.taskId),
      branch: branchName(request.branch),
      from,
    });
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
    await this.#setUp(worktree, request);
    return this.#begin(worktree, request);
  }

  async restore(request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const { clone } = await this.#open(request.spec);
    const path = this.#taskPath(request.spec, request.taskId);
    const worktree = await addWorktree(clone, {
      path,
      branch: branchName(request.branch),
      from: commitId(request.from),
    });
    const known = await readState(worktree.gitDirectory);
    if (known === undefined) return this.prepare(request);
    const name = `${request.taskId}-${randomUUID().slice(0, 8)}`;
    await saveWork(worktree, {
      name,
      message: `Left by an agent of ${request.taskId} that was interrupted`,
    });
    const head = await currentHead(worktree);
    await resetWorktree(worktree, known.conflict === null ? head : commitId(known.baseCommit));
    return known.conflict === null
      ? ready(worktree, known.baseCommit, [])
      : this.#begin(worktree, request);
  }

  /** Brings the commit to be resolved in, with its conflicts in the files, and records that the worktree is ready. */
  async #begin(worktree: Worktree, request: WorkspaceRequest): Promise<PreparedWorkspace> {
    const baseCommit = await currentHead(worktree);
    const merged =
      request.resolve === undefined
        ? undefined
        : await mergeInto(worktree, {
            from: commitId(request.resolve),
            message: `Merge ${request.resolve.slice(0, 10)} for ${request.taskId}`,
            leaveConflicts: true,
          });
    const conflict = merged?.kind === "conflict" ? merged : null;
    await writeState(worktree.gitDirectory, { baseCommit, conflict });
    return ready(worktree, baseCommit, conflict?.files ?? []);
  }

  async #setUp(worktree: Worktree, request: WorkspaceRequest): Promise<void> {
    const command = request.setupCommand ?? (await detectSetupCommand(worktree.path));
    if (command === undefined || command.length === 0) return;
    const result = await runChild(command, {
      cwd: worktree.path,
      deadlineMs: setupDeadlineMs,
      signal: request.signal,
      keepOutput: "tail",
      maxOutputBytes: 16_384,
    });
    if (result.exitCode === 0) return;
    throw new UserError(
      "config",
      "SETUP_FAILED",
      `the set-up command "${command.join(" ")}" failed (${result.exitCode ?? result.ending}): ${result.stderr.slice(-500)}`,
    );
  }

  async collect(request: Parameters<Workspaces["collect"]>[0]): ReturnType<Workspaces["collect"]> {
    const { clone } = await this.#open(request.spec);
    const worktree = await this.#worktree(request.spec, request.worktree, request.branch);
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
    const files = await changedFiles(clone, base, head);
    return { commit: head, files: files.map(changedFile) };
  }

  async diff(
    spec: WorkspaceSpec,
    from: string,
    to: string,
  ): Promise<{ text: string; truncated: boolean }> {
    const { clone } = await this.#open(spec);
    return diffText(clone, commitId(from), commitId(to), { maxBytes: maxDiffBytes });
  }

  conflictMarkers: Workspaces["conflictMarkers"] = conflictMarkers;
  runTests: Workspaces["runTests"] = runTests;

  async resetTask(
    spec: WorkspaceSpec,
    path: string,
    branch: string,
    commit: string,
  ): Promise<void> {
    await resetWorktree(await this.#worktree(spec, path, branch), commitId(commit));
  }

  async removeSpec(spec: WorkspaceSpec, taskIds: readonly TaskId[]): Promise<void> {
    const { clone, integration } = await this.#open(spec);
    this.#opened.delete(spec.specId);
    const paths = [integration.path, ...taskIds.map((id) => this.#taskPath(spec, id))];
    for (const path of paths) await removeWorktree(clone, path);
  }

  async checkoutIntegration(spec: WorkspaceSpec, commit: string): Promise<string> {
    const { integration } = await this.#open(spec);
    await this.#pointAt(integration, commitId(commit));
    return integration.path;
  }

  async merge(
    spec: WorkspaceSpec,
    request: Parameters<Workspaces["merge"]>[1],
  ): Promise<MergeOutcome> {
    const { integration } = await this.#open(spec);
    await this.#pointAt(integration, commitId(request.tip));
    const merged = await mergeInto(integration, {
      from: commitId(request.commit),
      message: request.message,
    });
    if (merged.kind === "conflict") {
      return { kind: "conflict", files: merged.files.map((file) => file.path) };
    }
    return { kind: merged.kind, commit: merged.commit, worktree: integration.path };
  }

  async conflict(spec: WorkspaceSpec, left: string, right: string): Promise<ConflictScore> {
    const { clone } = await this.#open(spec);
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
    const { clone } = await this.#open(spec);
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

  #taskPath(spec: WorkspaceSpec, taskId: string): string {
    return join(this.#options.worktreesDirectory, spec.projectId, taskId);
  }

  async #worktree(spec: WorkspaceSpec, path: string, branch: string): Promise<Worktree> {
    const { clone } = await this.#open(spec);
    return addWorktree(clone, {
      path,
      branch: branchName(branch),
      from: commitId(spec.baseCommit),
    });
  }

  /** Only what differs is reset: on an integration worktree that is there already this costs no git process. */
  async #pointAt(integration: Worktree, commit: CommitId): Promise<void> {
    if ((await currentHead(integration)) !== commit) await resetWorktree(integration, commit);
  }

  #open(spec: WorkspaceSpec): Promise<{ clone: ProjectClone; integration: Worktree }> {
    const known = this.#opened.get(spec.specId);
    if (known !== undefined) return known;
    const opening = this.#openAnew(spec);
    this.#opened.set(spec.specId, opening);
    opening.catch(() => this.#opened.delete(spec.specId));
    return opening;
  }

  async #openAnew(spec: WorkspaceSpec): Promise<{ clone: ProjectClone; integration: Worktree }> {
    const source = repositorySource(spec.repository, "/");
    const clone = await openClone(this.#clonePath(spec.projectId), source);
    if (!(await hasCommit(clone, commitId(spec.baseCommit)))) {
      const branch = spec.baseBranch === "HEAD" ? undefined : branchName(spec.baseBranch);
      await fetchBase(clone, branch === undefined ? { kind: "head" } : { kind: "branch", branch });
    }
    const integration = await addWorktree(clone, {
      path: join(this.#options.worktreesDirectory, spec.projectId, spec.specId),
      branch: branchName(spec.integrationBranch),
      from: commitId(spec.baseCommit),
    });
    return { clone, integration };
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
