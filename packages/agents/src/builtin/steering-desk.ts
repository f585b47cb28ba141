import type { SteeringRequest } from "../driver.ts";

type Answer = "delivered" | "undeliverable";

/** One steering that has not been answered yet. */
export interface Waiting {
  readonly steering: SteeringRequest;
  readonly answer: (answer: Answer) => void;
}

/** Keeps steering until the agent comes to a point where it fits, and answers each id exactly once. */
export class SteeringDesk {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #onArrival: (steering: SteeringRequest) => void;
  #waiting: Waiting[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** `onArrival` is called for each new id, before anything is delivered. */
  constructor(onArrival: (steering: SteeringRequest) => void) {
    this.#onArrival = onArrival;
  }

  submit(steering: SteeringRequest): Promise<Answer> {
    const known = this.#answers.get(steering.id);
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answers.set(steering.id, promise);
    if (this.#isClosed) {
      resolve("undeliverable");
      return promise;
    }
    this.#waiting.push({ steering, answer: resolve });
    this.#onArrival(steering);
    this.#wake?.();
    return promise;
  }

  /**
   * Takes the oldest that is due: between two steps everything but `after`, at the end everything. A resume is due at
   * once whatever it says, since it would wait for itself. Whoever takes one must answer it.
   */
  take(point: "between-steps" | "end"): Waiting | undefined {
    const index = this.#waiting.findIndex(
      ({ steering }) =>
        point === "end" || steering.deliver !== "after" || steering.action === "resume",
    );
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** Resolves when something new arrives, or when the signal is aborted. */
  async arrival(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#wake = undefined;
  }

  /** Whatever waits, and whatever comes later, is undeliverable. */
  close(): void {
    this.#isClosed = true;
    for (const { answer } of this.#waiting) answer("undeliverable");
    this.#waiting = [];
  }
}
