/** Runs bodies one after another, in the order they were handed in. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(body: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(body, body);
    this.#last = result;
    return result;
  }
}
