/** One character class: ranges of byte codes, both ends included. */
export interface CharacterSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly negated: boolean;
}

export type PatternNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "start" | "end" | "empty" }
  | { readonly kind: "sequence" | "either"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "group"; readonly name: string | undefined; readonly body: PatternNode }
  | {
      readonly kind: "repeat";
      readonly body: PatternNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    };

const maxRepeat = 1000;
const digits = [[0x30, 0x39]] as const;
const word = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
] as const;
const blanks = [
  [0x09, 0x0d],
  [0x20, 0x20],
] as const;
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, "0": 0 };

/**
 * Parses the regular expressions an adapter file may use: literals, `.`, classes, `\d \w \s`, groups
 * (`(?:…)`, `(?<name>…)`), `|`, `* + ? {n,m}` and their lazy forms, `^` and `$`. What only a backtracking
 * matcher can do (back references, look-around) is a SyntaxError with its place.
 */
export function parsePattern(source: string): PatternNode {
  const parser = new PatternParser(source);
  return parser.parse();
}

class PatternParser {
  readonly #source: string;
  #index = 0;

  constructor(source: string) {
    this.#source = Buffer.from(source, "utf8").toString("latin1");
  }

  parse(): PatternNode {
    const node = this.#either();
    if (this.#index < this.#source.length) throw this.#error("unmatched )");
    return node;
  }

  #either(): PatternNode {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "either", parts };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#index < this.#source.length && !"|)".includes(this.#peek())) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: "sequence", parts };
  }

  #repeated(body: PatternNode): PatternNode {
    const bounds = this.#bounds();
    if (bounds === undefined) return body;
    if (body.kind === "start" || body.kind === "end") throw this.#error("nothing to repeat");
    const lazy = this.#take("?");
    if (this.#bounds() !== undefined) throw this.#error("a repeat of a repeat");
    return { kind: "repeat", body, ...bounds, lazy };
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    if (this.#peek() !== "{") return undefined;
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#index));
    if (found === null) throw this.#error("{ is not {n}, {n,} or {n,m}; write \\{ for itself");
    this.#index += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] ? Number(found[3]) : Infinity;
    if (min > maxRepeat || (max !== Infinity && (max > maxRepeat || max < min))) {
      throw this.#error(`a repeat beyond ${maxRepeat}, or backwards`);
    }
    return { min, max };
  }

  #atom(): PatternNode {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "set", set: this.#class() };
      case ".":
        return { kind: "set", set: { ranges: [[10, 10]], negated: true } };
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "\\":
        return { kind: "set", set: this.#escape() };
      case "*":
      case "+":
      case "?":
      case "{":
        throw this.#error(`nothing to repeat before ${character}`);
      default:
        return { kind: "set", set: single(character.charCodeAt(0)) };
    }
  }

  #group(): PatternNode {
    let name: string | undefined;
    if (this.#take("?")) {
      const found = /^(?::|<([A-Za-z_]\w*)>)/.exec(this.#source.slice(this.#index));
      if (found === null) throw this.#error("only (?: and (?<name> are known after (?");
      this.#index += found[0].length;
      name = found[1];
    }
    const body = this.#either();
    if (!this.#take(")")) throw this.#error("a group is not closed");
    return { kind: "group", name, body };
  }

  #class(): CharacterSet {
    const negated = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    while (!this.#take("]")) {
      const first = this.#classMember();
      const isRange = this.#peek() === "-" && this.#source[this.#index + 1] !== "]";
      if (!isRange || first.length !== 1) {
        ranges.push(...first);
        continue;
      }
      this.#index += 1;
      const last = this.#classMember();
      const low = first[0]?.[0] ?? 0;
      const high = last[0]?.[1] ?? 0;
      if (last.length !== 1 || high < low) throw this.#error("a range is backwards");
      ranges.push([low, high]);
    }
    return { ranges, negated };
  }

  #classMember(): CharacterSet["ranges"] {
    const character = this.#next();
    if (character !== "\\") return single(character.charCodeAt(0)).ranges;
    const { ranges, negated } = this.#escape();
    if (negated) throw this.#error("\\D, \\W and \\S do not go into a class");
    return ranges;
  }

  #escape(): CharacterSet {
    const character = this.#next();
    switch (character) {
      case "d":
      case "D":
        return { ranges: digits, negated: character === "D" };
      case "w":
      case "W":
        return { ranges: word, negated: character === "W" };
      case "s":
      case "S":
        return { ranges: blanks, negated: character === "S" };
      default: {
        const control = controls[character];
        if (control !== undefined) return single(control);
        if (/[A-Za-z0-9]/.test(character)) throw this.#error(`\\${character} is not known`);
        return single(character.charCodeAt(0));
      }
    }
  }

  #peek(): string {
    return this.#source[this.#index] ?? "";
  }

  #next(): string {
    const character = this.#source[this.#index];
    if (character === undefined) throw this.#error("it ends too early");
    this.#index += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#index += 1;
    return true;
  }

  #error(what: string): SyntaxError {
    return new SyntaxError(`${what}, at character ${this.#index} of /${this.#source}/`);
  }
}

function single(code: number): CharacterSet {
  return { ranges: [[code, code]], negated: false };
}
