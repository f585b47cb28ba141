import { createHash } from "node:crypto";

/** Bytes as they are, or so many of one byte, made as they are sent. */
export type AssetContent = Uint8Array | { readonly sizeBytes: number; readonly byte: number };

/** When something that is already published can be seen. */
export interface Lateness {
  /** Since it was added. */
  readonly afterMs?: number;
  /** So many requests for it are answered as if it were not there. */
  readonly afterRequests?: number;
}

export interface HostedAsset {
  readonly id: number;
  readonly name: string;
  readonly isVisible: () => boolean;
  /** What the next download serves. */
  readonly nextContent: () => AssetContent;
  readonly content: AssetContent;
}

export interface HostedRelease {
  readonly id: number;
  readonly tag: string;
  readonly isVisible: () => boolean;
  readonly assets: Map<string, HostedAsset>;
}

export interface ReleaseInput {
  readonly tag: string;
  /** Where the tag points; the newest commit of the default branch when absent. */
  readonly commit?: string;
  readonly assets?: Readonly<Record<string, AssetContent>>;
  readonly late?: Lateness;
}

export interface AssetInput {
  readonly tag: string;
  readonly name: string;
  /** Each download serves the next one, the last one for ever. */
  readonly contents: readonly [AssetContent, ...AssetContent[]];
  readonly late?: Lateness;
}

function visibility({ afterMs = 0, afterRequests = 0 }: Lateness): () => boolean {
  const fromMs = performance.now() + afterMs;
  let left = afterRequests;
  return () => {
    if (left > 0) {
      left -= 1;
      return false;
    }
    return performance.now() >= fromMs;
  };
}

let lastId = 0;

function nextId(): number {
  lastId += 1;
  return lastId;
}

/** A repository as GitHub holds it: files per commit, names that point to commits, releases with assets. */
export class HostedRepository {
  readonly owner: string;
  readonly name: string;
  /** Tokens that may see it; public when absent. */
  readonly tokens: ReadonlySet<string> | undefined;
  readonly id: number = nextId();
  readonly defaultBranch: string = "main";
  readonly releases: HostedRelease[] = [];
  readonly #commits = new Map<string, ReadonlyMap<string, Uint8Array>>();
  readonly #branches = new Map<string, string>();
  readonly #tags = new Map<string, string>();

  constructor(owner: string, name: string, tokens: readonly string[] | undefined) {
    this.owner = owner;
    this.name = name;
    this.tokens = tokens === undefined ? undefined : new Set(tokens);
  }

  /** Adds a commit of exactly these files and lets the branch point to it; answers its id. */
  commit(
    files: Readonly<Record<string, string | Uint8Array>>,
    branch = this.defaultBranch,
  ): string {
    const hash = createHash("sha1").update(`${this.owner}/${this.name}/${this.#commits.size}`);
    const tree = new Map<string, Uint8Array>();
    for (const [path, content] of Object.entries(files)) {
      tree.set(path, Buffer.from(content));
      hash.update(path).update(content);
    }
    const sha = hash.digest("hex");
    this.#commits.set(sha, tree);
    this.#branches.set(branch, sha);
    return sha;
  }

  /** Moves a tag, or makes it. */
  tag(name: string, commit: string): void {
    this.#tags.set(name, commit);
  }

  release(input: ReleaseInput): void {
    const commit = input.commit ?? this.resolve("HEAD");
    if (commit === undefined)
      throw new Error(`${this.owner}/${this.name} has no commit to release`);
    this.tag(input.tag, commit);
    const isVisible = visibility(input.late ?? {});
    this.releases.push({ id: nextId(), tag: input.tag, isVisible, assets: new Map() });
    for (const [name, content] of Object.entries(input.assets ?? {})) {
      this.asset({ tag: input.tag, name, contents: [content] });
    }
  }

  /** Uploads an asset to a release, over one of that name. */
  asset(input: AssetInput): void {
    const release = this.releases.find(({ tag }) => tag === input.tag);
    if (release === undefined) throw new Error(`${this.owner}/${this.name} has no ${input.tag}`);
    const isVisible = visibility(input.late ?? {});
    const [content, ...later] = input.contents;
    const contents = [content, ...later];
    release.assets.set(input.name, {
      id: nextId(),
      name: input.name,
      isVisible,
      content,
      nextContent: () => (contents.length > 1 ? contents.shift() : contents[0]) ?? content,
    });
  }

  /** The commit a branch, a tag, `heads/…`, `tags/…`, a commit's id or the beginning of one stands for. */
  resolve(ref: string): string | undefined {
    const named =
      this.#branches.get(
        ref === "HEAD" ? this.defaultBranch : ref.replace(/^(?:refs\/)?heads\//, ""),
      ) ?? this.#tags.get(ref.replace(/^(?:refs\/)?tags\//, ""));
    if (named !== undefined || !/^[0-9a-f]{7,40}$/.test(ref)) return named;
    return [...this.#commits.keys()].find((sha) => sha.startsWith(ref));
  }

  file(commit: string, path: string): Uint8Array | undefined {
    return this.#commits.get(commit)?.get(path);
  }

  assetById(id: number): HostedAsset | undefined {
    return this.releases.flatMap(({ assets }) => [...assets.values()]).find((one) => one.id === id);
  }
}
