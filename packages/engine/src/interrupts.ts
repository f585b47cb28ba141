/**
 * Ends work that a person's decision has made pointless: a model's answer, a set-up or a test run. Keys are paths;
 * `interrupt("spec_1")` also ends what runs under `spec_1/plan`.
 */
export class Interrupts {
  readonly #open = new Map<string, Set<AbortController>>();

  /** Runs `body` with a signal that aborts when `whole` does or the key is interrupted. */
  async during<Result>(
    key: string,
    whole: AbortSignal,
    body: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const others = this.#open.get(key) ?? new Set();
    this.#open.set(key, others.add(controller));
    try {
      return await body(AbortSignal.any([whole, controller.signal]));
    } finally {
      others.delete(controller);
      if (others.size === 0) this.#open.delete(key);
    }
  }

  interrupt(key: string): void {
    for (const [open, controllers] of this.#open) {
      if (open !== key && !open.startsWith(`${key}/`)) continue;
      for (const controller of controllers) controller.abort();
    }
  }
}
