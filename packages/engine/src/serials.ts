/** Runs bodies of one key one after another, in the order they were handed in; keys do not wait for each other. */
export class Serials {
  readonly #last = new Map<string, Promise<unknown>>();

  run<Result>(key: string, body: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(body, body);
    this.#last.set(key, result);
    const forget = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key);
    };
    result.then(forget, forget);
    return result;
  }
}
