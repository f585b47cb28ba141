import { UserError } from "@aomori/protocol";

/** A value in a file of a user, with the way to it, so that whatever is wrong is said with its place. */
export class Place {
  readonly value: unknown;
  readonly #file: string;
  readonly #pointer: string;

  constructor(value: unknown, file: string, pointer = "") {
    this.value = value;
    this.#file = file;
    this.#pointer = pointer;
  }

  error(what: string, cause?: unknown): UserError {
    const place = this.#pointer === "" ? "the file" : this.#pointer;
    return new UserError("config", "BAD_ADAPTER_FILE", `${this.#file}: ${place} ${what}`, {
      cause,
      details: { file: this.#file, pointer: this.#pointer },
    });
  }

  get isAbsent(): boolean {
    return this.value === undefined;
  }

  /** The members of an object; a name that is not in `known` is refused. */
  members<Name extends string>(known: readonly Name[]): Readonly<Record<Name, Place>> {
    const entries = this.entries();
    for (const [name, place] of entries) {
      if (!known.some((candidate) => candidate === name)) {
        throw place.error(`is not known; known are ${known.join(", ")}`);
      }
    }
    const found = new Map(entries);
    const absent = (name: string): Place => new Place(undefined, this.#file, this.#below(name));
    const pairs = known.map((name) => [name, found.get(name) ?? absent(name)] as const);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets that every known name is there
    return Object.fromEntries(pairs) as Record<Name, Place>;
  }

  entries(): readonly (readonly [string, Place])[] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      throw this.error(`must be an object, not ${shown(this.value)}`);
    }
    return Object.entries(this.value).map(([name, value]) => [
      name,
      new Place(value, this.#file, this.#below(name)),
    ]);
  }

  items(): readonly Place[] {
    const { value } = this;
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.error(`must be an array, not ${shown(value)}`);
    return value.map(
      (item: unknown, index) => new Place(item, this.#file, this.#below(`${index}`)),
    );
  }

  text(fallback?: string): string {
    if (this.value === undefined && fallback !== undefined) return fallback;
    if (typeof this.value !== "string" || this.value === "") {
      throw this.error(`must be a text, not ${shown(this.value)}`);
    }
    return this.value;
  }

  texts(): readonly string[] {
    return this.items().map((item) => item.text());
  }

  count(fallback: number): number {
    if (this.value === undefined) return fallback;
    if (!Number.isSafeInteger(this.value) || Number(this.value) < 0) {
      throw this.error(`must be a whole number from 0, not ${shown(this.value)}`);
    }
    return Number(this.value);
  }

  flag(fallback: boolean): boolean {
    if (this.value === undefined) return fallback;
    if (typeof this.value !== "boolean")
      throw this.error(`must be true or false, not ${shown(this.value)}`);
    return this.value;
  }

  oneOf<Choice extends string>(choices: readonly Choice[], fallback?: Choice): Choice {
    if (this.value === undefined && fallback !== undefined) return fallback;
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined)
      throw this.error(`is ${shown(this.value)}, not one of ${choices.join(", ")}`);
    return found;
  }

  #below(name: string): string {
    return `${this.#pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
