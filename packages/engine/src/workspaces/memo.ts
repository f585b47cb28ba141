/** Keeps what was opened under a key; an opening that fails is made again. */
export class Memo<Value> {
  readonly #values = new Map<string, Promise<Value>>();

  get(key: string, open: () => Promise<Value>): Promise<Value> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = open();
    this.#values.set(key, value);
    value.catch(() => {
      if (this.#values.get(key) === value) this.#values.delete(key);
    });
    return value;
  }

  forget(key: string): void {
    this.#values.delete(key);
  }
}
