import type { StepDraft } from "@aomori/contract";

/**
 * Hands steps from an agent to its one reader. A full queue makes the agent wait; a reader that leaves early, or a queue
 * that is closed, lets it run on unheard.
 */
export class StepQueue implements AsyncIterable<StepDraft> {
  readonly #capacity: number;
  readonly #steps: StepDraft[] = [];
  /** `released`: still read, but nobody waits to write any more. */
  #state: "open" | "released" | "closed" | "abandoned" = "open";
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  /** Resolves when the step is in the queue. */
  async push(step: StepDraft): Promise<void> {
    while (this.#state === "open" && this.#steps.length >= this.#capacity) {
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    }
    if (this.#state !== "abandoned") this.#steps.push(step);
    this.#wake();
  }

  /** Writers wait no longer, so that an agent can end whose reader has stopped reading. */
  release(): void {
    if (this.#state === "open") this.#state = "released";
    this.#wake();
  }

  /** The reader still gets what is queued, then its end. */
  close(): void {
    if (this.#state !== "abandoned") this.#state = "closed";
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StepDraft, void, undefined> {
    try {
      for (;;) {
        const step = this.#steps.shift();
        if (step !== undefined) {
          this.#wake();
          yield step;
        } else if (this.#state === "open" || this.#state === "released") {
          await new Promise<void>((resolve) => (this.#wakeReader = resolve));
        } else {
          return;
        }
      }
    } finally {
      this.#state = "abandoned";
      this.#steps.length = 0;
      this.#wake();
    }
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
    const writers = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of writers) wake();
  }
}
