import { cp, mkdir, mkdtemp, readdir, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { FileChange, Snapshot } from "./file-changes.ts";
import { changesBetween, takeSnapshot } from "./file-changes.ts";

/** Where one run of a tool happens: a working folder, an empty home and an empty folder for temporary files. */
export interface Sandbox {
  readonly root: string;
  readonly cwd: string;
  readonly home: string;
  readonly temporary: string;
}

export interface SandboxSource {
  /** Copied into every sandbox; the tool works on the copy. */
  readonly cwd: string;
}

const maxEntries = 2000;
const maxBytes = 32 * 1024 * 1024;

/** Makes sandboxes below one folder of its own and removes them all at the end. */
export class SandboxMaker implements AsyncDisposable {
  readonly folder: string;
  readonly #source: string;
  readonly #copies: boolean;
  #count = 0;

  private constructor(folder: string, source: string, copies: boolean) {
    this.folder = folder;
    this.#source = source;
    this.#copies = copies;
  }

  /** A working folder that is too large to copy, or holds our own, is used where it is, and then nothing may be said about files. */
  static async open(source: SandboxSource): Promise<SandboxMaker> {
    const folder = await mkdtemp(join(tmpdir(), "aoi-lint-"));
    const [own, cwd] = await Promise.all([realpath(folder), realpath(source.cwd)]);
    const holdsUs = own.startsWith(cwd.endsWith(sep) ? cwd : `${cwd}${sep}`);
    return new SandboxMaker(folder, source.cwd, !holdsUs && (await isSmall(source.cwd)));
  }

  /** For what runs nothing. */
  static async empty(): Promise<SandboxMaker> {
    const folder = await mkdtemp(join(tmpdir(), "aoi-lint-"));
    return new SandboxMaker(folder, folder, false);
  }

  /** False when the working folder is too large to copy. */
  get isolates(): boolean {
    return this.#copies;
  }

  async make(): Promise<Sandbox> {
    this.#count += 1;
    const root = join(this.folder, `run-${this.#count}`);
    const home = join(root, "home");
    const temporary = join(root, "tmp");
    const work = join(root, "work");
    await Promise.all([home, temporary, work].map((path) => mkdir(path, { recursive: true })));
    if (!this.#copies) return { root, cwd: this.#source, home, temporary };
    await cp(this.#source, work, { recursive: true, verbatimSymlinks: true });
    return { root, cwd: work, home, temporary };
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Watches what a run leaves behind in its sandbox. */
export async function watch(sandbox: Sandbox): Promise<() => Promise<FileChange[] | undefined>> {
  const before: Snapshot | undefined = await takeSnapshot(sandbox.root);
  return async () => {
    const after = await takeSnapshot(sandbox.root);
    return before === undefined || after === undefined ? undefined : changesBetween(before, after);
  };
}

async function isSmall(folder: string): Promise<boolean> {
  let entries = 0;
  let bytes = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      entries += 1;
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) bytes += (await stat(path)).size;
      // Sockets and devices cannot be copied.
      else if (!entry.isSymbolicLink()) return false;
      if (entries > maxEntries || bytes > maxBytes) return false;
    }
  }
  return true;
}
