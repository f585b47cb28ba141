/** The four origins of GitHub that a client meets, each on a port of its own. */
export type GitHubOrigin = "raw" | "releases" | "api" | "assets";

export type GitHubFault =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Headers }
  /** As GitHub refuses who asked too often: 403 or 429, with or without `retry-after`. */
  | {
      readonly kind: "rate_limit";
      readonly status: 403 | 429;
      readonly retryAfterSeconds?: number;
      readonly resetAtSeconds?: number;
    }
  /** Nothing is answered for a while. */
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "slow"; readonly chunkBytes: number; readonly everyMs: number }
  /** The connection stays open, and no more is sent. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  /** The connection is cut; `afterBytes` -1 means before any answer. */
  | { readonly kind: "drop"; readonly afterBytes: number }
  /** The answer says its true length and ends early, in good order. */
  | { readonly kind: "truncate"; readonly afterBytes: number }
  /** The answer says no length and ends early, in good order: nothing in HTTP tells. */
  | { readonly kind: "shorten"; readonly afterBytes: number }
  /** The answer says this length, and sends what there is. */
  | { readonly kind: "length"; readonly sizeBytes: number }
  /** With 302, or with 301 as for a repository that was renamed. */
  | { readonly kind: "redirect"; readonly location: string; readonly status?: 301 }
  | { readonly kind: "redirect_loop" }
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "gzip" }
  | { readonly kind: "ignore_range" };

type Headers = Readonly<Record<string, string>>;

export interface FaultRule {
  readonly origin: GitHubOrigin;
  /** Path of the requests it strikes, without the query; every path when absent. */
  readonly path?: RegExp;
  /** How many requests it strikes; all of them when absent. */
  readonly times?: number;
  readonly fault: GitHubFault;
}

/** Rules in the order they were given; the first that fits strikes. */
export class FaultRules {
  readonly #rules: { readonly rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  take(origin: GitHubOrigin, path: string): GitHubFault | undefined {
    const entry = this.#rules.find(
      ({ rule, left }) => left > 0 && rule.origin === origin && (rule.path?.test(path) ?? true),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.rule.fault;
  }
}
