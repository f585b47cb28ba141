import { UserError } from "@aomori/protocol";

/** What a tool's arguments mean to an adapter that answers them itself. */
export interface CommandLine {
  /** Long names without dashes; a short flag is found under the long name it stands for. */
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** Flags that are not known, as typed. */
  readonly unknown: readonly string[];
}

export interface KnownFlags {
  /** `a` → `all`: the letter and the name it stands for. */
  readonly short: Readonly<Record<string, string>>;
  /** Names that take a value, `-t x`, `--target=x`. */
  readonly valued?: readonly string[];
  /** Names that may have a value only behind `=`. */
  readonly optional?: readonly string[];
  /** Further long names. */
  readonly long?: readonly string[];
}

/** Reads GNU-style arguments: bundles, `--name=value`, operands anywhere, `--` ends the flags. */
export function parseCommandLine(
  tool: string,
  argv: readonly string[],
  known: KnownFlags,
): CommandLine {
  const reader = new ArgumentReader(tool, argv, known);
  return reader.read();
}

class ArgumentReader {
  readonly #tool: string;
  readonly #argv: readonly string[];
  readonly #known: KnownFlags;
  readonly #names: readonly string[];
  readonly #flags = new Set<string>();
  readonly #values = new Map<string, string>();
  readonly #operands: string[] = [];
  readonly #unknown: string[] = [];
  #index = 0;

  constructor(tool: string, argv: readonly string[], known: KnownFlags) {
    this.#tool = tool;
    this.#argv = argv;
    this.#known = known;
    this.#names = [
      ...new Set([
        ...Object.values(known.short),
        ...(known.long ?? []),
        ...(known.valued ?? []),
        ...(known.optional ?? []),
      ]),
    ];
  }

  read(): CommandLine {
    for (; this.#index < this.#argv.length; this.#index += 1) {
      const word = this.#argv[this.#index] ?? "";
      if (word === "--") {
        this.#operands.push(...this.#argv.slice(this.#index + 1));
        break;
      }
      if (word.startsWith("--")) this.#long(word);
      else if (word.startsWith("-") && word !== "-") this.#bundle(word);
      else this.#operands.push(word);
    }
    return {
      flags: this.#flags,
      values: this.#values,
      operands: this.#operands,
      unknown: this.#unknown,
    };
  }

  #long(word: string): void {
    const equals = word.indexOf("=");
    const typed = equals === -1 ? word.slice(2) : word.slice(2, equals);
    const value = equals === -1 ? undefined : word.slice(equals + 1);
    const matches = this.#names.filter((name) => name.length > 1 && name.startsWith(typed));
    const name = matches.includes(typed) ? typed : matches.length === 1 ? matches[0] : undefined;
    if (name === undefined) {
      this.#unknown.push(word);
      return;
    }
    this.#set(name, value, word);
  }

  #bundle(word: string): void {
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] ?? "";
      const name = Object.hasOwn(this.#known.short, letter) ? this.#known.short[letter] : undefined;
      if (name === undefined) {
        this.#unknown.push(`-${letter}`);
        continue;
      }
      if (this.#known.valued?.includes(name) !== true) {
        this.#flags.add(name);
        continue;
      }
      const rest = word.slice(at + 1);
      this.#set(name, rest === "" ? undefined : rest, `-${letter}`);
      return;
    }
  }

  #set(name: string, value: string | undefined, word: string): void {
    this.#flags.add(name);
    if (value !== undefined) {
      const takes = [...(this.#known.valued ?? []), ...(this.#known.optional ?? [])];
      if (!takes.includes(name)) throw usage(`${this.#tool} ${word}: --${name} takes no value`);
      this.#values.set(name, value);
      return;
    }
    if (this.#known.valued?.includes(name) !== true) return;
    this.#index += 1;
    const next = this.#argv[this.#index];
    if (next === undefined) throw usage(`${this.#tool} ${word} needs a value`);
    this.#values.set(name, next);
  }
}

function usage(message: string): UserError {
  return new UserError("usage", "BAD_ARGUMENT", message);
}

/** Refuses flags an adapter does not know: the answer could be another than the tool's. */
export function refuseUnknown(tool: string, { unknown }: CommandLine): void {
  const [flag] = unknown;
  if (flag === undefined) return;
  throw new UserError(
    "usage",
    "UNSUPPORTED_FLAG",
    `${tool} ${flag} is not understood by its adapter, so it is refused rather than guessed; leave it out, or run ${tool} itself`,
    { details: { flag } },
  );
}
