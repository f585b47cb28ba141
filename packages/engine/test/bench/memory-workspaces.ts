import { UserError } from "@aomori/protocol";
import { createHash } from "node:crypto";
import type {
  RepositoryFacts,
  WorkspaceRequest,
  Workspaces,
  WorkspaceSpec,
} from "../../src/index.ts";

type Tree = ReadonlyMap<string, string>;

interface Copy {
  readonly base: string;
  head: string;
  files: Map<string, string>;
}

/** Commits and worktrees without git, for tests of everything but merging: a later branch's file wins, nothing collides. */
export class MemoryWorkspaces implements Workspaces {
  readonly #commits = new Map<string, Tree>([["base", new Map([["README.md", "a cart"]])]]);
  readonly #copies = new Map<string, Copy>();
  /** Worktrees that were put back, by task. */
  readonly restored: string[] = [];
  /** Whether the tests of a tree pass; no test command while absent. */
  test: ((files: Tree) => boolean) | undefined;

  async inspect(repository: string): Promise<RepositoryFacts> {
    if (repository.startsWith("/nowhere")) {
      throw new UserError("not_found", "NOT_A_REPOSITORY", `${repository} is not a git repository`);
    }
    return {
      repository,
      name: "cart",
      defaultBranch: "main",
      baseBranch: "main",
      baseCommit: "base",
    };
  }

  async openSpec(): Promise<void> {}

  async exploreDirectory(spec: WorkspaceSpec): Promise<string> {
    return `/integration/${spec.specId}`;
  }

  async testCommand(): Promise<readonly string[] | undefined> {
    return this.test === undefined ? undefined : ["check"];
  }

  async prepare(request: WorkspaceRequest) {
    const worktree = `/copies/${request.taskId}`;
    const known = this.#copies.get(worktree);
    const copy = known ?? this.#start(request);
    this.#copies.set(worktree, copy);
    return { kind: "ready" as const, worktree, baseCommit: copy.base, conflictedFiles: [] };
  }

  #start({ from, include }: WorkspaceRequest): Copy {
    const files = new Map(this.#tree(from));
    for (const commit of include)
      for (const [path, text] of this.#tree(commit)) files.set(path, text);
    const base = this.#commit(files);
    return { base, head: base, files };
  }

  async restore(request: WorkspaceRequest) {
    this.restored.push(request.taskId);
    const copy = this.#copy(`/copies/${request.taskId}`);
    copy.files = new Map(this.#tree(copy.head));
    return this.prepare(request);
  }

  async collect({ worktree, baseCommit }: Parameters<Workspaces["collect"]>[0]) {
    const copy = this.#copy(worktree);
    const base = this.#tree(baseCommit);
    const changed = [...copy.files].filter(([path, text]) => base.get(path) !== text);
    if (changed.length === 0) return { commit: null, files: [] };
    copy.head = this.#commit(copy.files);
    return {
      commit: copy.head,
      files: changed.map(([path]) => ({
        path,
        status: "added" as const,
        additions: 1,
        deletions: 0,
      })),
    };
  }

  async diff(_: WorkspaceSpec, from: string, to: string) {
    return { text: `${from}..${to}`, truncated: false };
  }

  async conflictMarkers(): Promise<readonly string[]> {
    return [];
  }

  async setUp(): Promise<void> {}

  async runTests(directory: string, command: readonly string[]) {
    const passed = this.test?.(this.#copy(directory).files) ?? true;
    return {
      command: [...command],
      passed,
      exitCode: passed ? 0 : 1,
      testsPassed: null,
      testsFailed: null,
      outputTail: passed ? "ok" : "it fails",
      durationMs: 1,
    };
  }

  async resetTask(
    _: WorkspaceSpec,
    worktree: string,
    _branch: string,
    commit: string,
  ): Promise<void> {
    const copy = this.#copy(worktree);
    copy.head = commit;
    copy.files = new Map(this.#tree(commit));
  }

  async removeSpec(_: WorkspaceSpec, taskIds: readonly string[]): Promise<void> {
    for (const id of taskIds) this.#copies.delete(`/copies/${id}`);
  }

  async checkoutIntegration(spec: WorkspaceSpec, commit: string): Promise<string> {
    const path = `/integration/${spec.specId}`;
    this.#copies.set(path, { base: commit, head: commit, files: new Map(this.#tree(commit)) });
    return path;
  }

  async merge(spec: WorkspaceSpec, { tip, commit }: { tip: string; commit: string }) {
    const files = new Map([...this.#tree(tip), ...this.#tree(commit)]);
    const merged = this.#commit(files);
    const worktree = await this.checkoutIntegration(spec, merged);
    return { kind: "merged" as const, commit: merged, worktree };
  }

  async conflict() {
    return { score: 0, level: "low" as const, files: [] };
  }

  moveUserBranch(): Promise<never> {
    return Promise.reject(new Error("there is no user's branch in memory"));
  }

  async reconcile(): Promise<readonly string[]> {
    return [];
  }

  async write(worktree: string, path: string, text: string): Promise<void> {
    this.#copy(worktree).files.set(path, text);
  }

  /** The files of a commit. */
  files(commit: string): Record<string, string> {
    return Object.fromEntries(this.#tree(commit));
  }

  #copy(path: string): Copy {
    const copy = this.#copies.get(path);
    if (copy === undefined) throw new Error(`there is no worktree ${path}`);
    return copy;
  }

  #tree(commit: string): Tree {
    const tree = this.#commits.get(commit);
    if (tree === undefined) throw new Error(`there is no commit ${commit}`);
    return tree;
  }

  #commit(files: Tree): string {
    const id = createHash("sha1")
      .update(JSON.stringify([...files].toSorted(([a], [b]) => a.localeCompare(b))))
      .digest("hex");
    this.#commits.set(id, new Map(files));
    return id;
  }
}
