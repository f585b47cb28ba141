import type { IdentityResource } from "@aomori/contract";
import { createHash } from "node:crypto";
import type { Authenticate } from "./ports.ts";

/** How long a key is known without asking the store: also how late its expiry may be noticed. */
const rememberedMs = 1_000;
const mostRemembered = 1_000;

/** Asks for a key once a second at most. `forget` is for what changes keys: from then on every key is asked for again. */
export class RememberedIdentities {
  readonly #ask: Authenticate;
  readonly #now: () => number;
  readonly #known = new Map<string, { identity: IdentityResource; untilMs: number }>();
  /** Many requests at once ask for a key they share once; whoever comes after `forget` asks anew. */
  readonly #underWay = new Map<string, Promise<IdentityResource | undefined>>();
  /** Raised by `forget`: an answer that was under way by then is not remembered. */
  #generation = 0;

  constructor(ask: Authenticate, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  async authenticate(secret: string): Promise<IdentityResource | undefined> {
    const hash = createHash("sha256").update(secret).digest("base64");
    const known = this.#known.get(hash);
    if (known !== undefined && known.untilMs > this.#now()) return known.identity;
    const underWay = this.#underWay.get(hash);
    if (underWay !== undefined) return await underWay;
    const asked = this.#askAnew(secret, hash);
    this.#underWay.set(hash, asked);
    try {
      return await asked;
    } finally {
      if (this.#underWay.get(hash) === asked) this.#underWay.delete(hash);
    }
  }

  async #askAnew(secret: string, hash: string): Promise<IdentityResource | undefined> {
    const askedMs = this.#now();
    const generation = this.#generation;
    const identity = await this.#ask(secret);
    if (generation !== this.#generation) return identity;
    this.#known.delete(hash);
    if (identity === undefined) return undefined;
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(hash, { identity, untilMs: askedMs + rememberedMs });
    return identity;
  }

  forget(): void {
    this.#generation += 1;
    this.#known.clear();
    this.#underWay.clear();
  }
}
