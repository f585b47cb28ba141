import type { RequestId } from "./message.ts";

interface Waiting {
  readonly id: RequestId;
  readonly go: () => void;
}

/**
 * How many events may be sent: each request has its own credit, and there is one purse for all. Who asks first
 * is served first. Unlimited until a client names an initial credit.
 */
export class Credit {
  readonly #own = new Map<RequestId, number>();
  #initial = Number.POSITIVE_INFINITY;
  #shared = 0;
  #waiting: Waiting[] = [];

  limit(initialEvents: number): void {
    this.#initial = initialEvents;
  }

  open(id: RequestId): void {
    this.#own.set(id, this.#initial);
  }

  /** Lets what a request still has to say pass: it is over, or has been told to stop. */
  release(id: RequestId): void {
    this.#own.delete(id);
    this.#serve();
  }

  /** Without an id, for whoever needs it first. */
  grant(events: number, id?: RequestId): void {
    if (id === undefined) this.#shared += events;
    else if (this.#own.has(id)) this.#own.set(id, (this.#own.get(id) ?? 0) + events);
    this.#serve();
  }

  /** Resolves when one event of the request may go; at once, as undefined, when it may now. */
  take(id: RequestId): Promise<void> | undefined {
    if (this.#spend(id)) return undefined;
    return new Promise((resolve) => this.#waiting.push({ id, go: resolve }));
  }

  #serve(): void {
    const before = this.#waiting;
    this.#waiting = [];
    for (const waiting of before) {
      if (this.#spend(waiting.id)) waiting.go();
      else this.#waiting.push(waiting);
    }
  }

  #spend(id: RequestId): boolean {
    const own = this.#own.get(id);
    if (own === undefined) return true;
    if (own > 0) {
      this.#own.set(id, own - 1);
      return true;
    }
    if (this.#shared === 0) return false;
    this.#shared -= 1;
    return true;
  }
}
