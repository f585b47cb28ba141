import { UserError, didYouMean } from "@aomori/protocol";
import type { CommandSpec, FlagSpec, PositionalSpec } from "./command-spec.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";
import { allGlobalFlags, formats, globalFlagsOf, spellingOf } from "./global-flags.ts";
import { parseValue } from "./parse-value.ts";

export interface ParsedArguments {
  /** By field (wire names); only what was given. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly flags: GlobalFlags;
}

/**
 * Reads what follows a command's name. Flags and positionals mix; `--` ends the flags; `--flag value`,
 * `--flag=value`, `--no-flag`, `-f value`, `-abc` of boolean letters. With a verbatim positional, the first
 * operand ends the flags.
 *
 * Throws `UserError` of category usage: `UNKNOWN_FLAG`, `INVALID_VALUE`, `MISSING_VALUE`, `DUPLICATE_FLAG`,
 * `MISSING_ARGUMENT`, `UNEXPECTED_ARGUMENT`. With `--help` or `--version` nothing is missing.
 */
export function parseArguments(spec: CommandSpec, argv: readonly string[]): ParsedArguments {
  return new Parser(spec).parse(argv);
}

/** The format asked for, also in arguments that do not parse: an error must come out in it. */
export function formatIn(argv: readonly string[], spec?: CommandSpec): Format | undefined {
  let found: Format | undefined;
  const end = spec === undefined ? argv.indexOf("--") : new Parser(spec).endOfFlags(argv);
  const flags = end === -1 ? argv : argv.slice(0, end);
  for (const [index, token] of flags.entries()) {
    const [, value] = /^(?:--format|--output|-o)=(.*)$/.exec(token) ?? [];
    const next = ["--format", "--output", "-o"].includes(token) ? flags[index + 1] : value;
    const named = token === "--json" ? "json" : next?.toLowerCase();
    found = formats.find((format) => format === named) ?? found;
  }
  return found;
}

type Target = { readonly flag: FlagSpec; readonly isGlobal: boolean };

class Parser {
  readonly #spec: CommandSpec;
  readonly #targets = new Map<string, Target>();
  readonly #ownNames: readonly string[];
  readonly #input = new Map<string, unknown>();
  readonly #globals = new Map<string, unknown>();
  readonly #words: string[] = [];

  constructor(spec: CommandSpec) {
    this.#spec = spec;
    this.#ownNames = spec.flags.map((flag) => flag.name);
    for (const flag of globalFlagsOf(spec)) this.#register({ flag, isGlobal: true });
    for (const flag of spec.flags) this.#register({ flag, isGlobal: false });
  }

  #register(target: Target): void {
    this.#targets.set(`--${target.flag.name}`, target);
    if (target.flag.short !== undefined) this.#targets.set(`-${target.flag.short}`, target);
  }

  parse(argv: readonly string[]): ParsedArguments {
    const end = this.endOfFlags(argv);
    for (let index = 0; index < end; index += 1) {
      const token = argv[index] ?? "";
      if (token.startsWith("--")) index += this.#longFlag(token, argv[index + 1]);
      else if (isShort(token)) index += this.#shortFlags(token, argv[index + 1]);
      else this.#words.push(token);
    }
    this.#words.push(...argv.slice(argv[end] === "--" ? end + 1 : end));
    const flags = this.#globalFlags();
    if (!flags.help && !flags.version) {
      this.#positionals();
      requireAll(this.#spec, (field) => this.#input.has(field));
    }
    return { input: Object.fromEntries(this.#input), flags };
  }

  /** Where `--` stands, or the first operand of a verbatim command; in arguments that may not parse. */
  endOfFlags(argv: readonly string[]): number {
    const isVerbatim = this.#spec.positionals.some((positional) => positional.verbatim === true);
    for (let index = 0; index < argv.length; index += 1) {
      const token = argv[index] ?? "";
      if (token === "--") return index;
      if (token.startsWith("-") && (token.startsWith("--") || isShort(token))) {
        if (this.#takesNext(token, argv[index + 1])) index += 1;
      } else if (isVerbatim) {
        return index;
      }
    }
    return argv.length;
  }

  /** Whether the value of a flag is the token behind it. */
  #takesNext(token: string, next: string | undefined): boolean {
    if (token.includes("=") || next === undefined) return false;
    if (isFlagLike(next) && !isNumeric(next)) return false;
    const name = token.slice(2);
    const spelling = spellingOf(name, this.#ownNames);
    const label = token.startsWith("--") ? `--${spelling?.name ?? name}` : `-${token.at(-1) ?? ""}`;
    const target = this.#targets.get(label);
    return target !== undefined && target.flag.type !== "boolean" && spelling?.value === undefined;
  }

  /** How many further tokens it used. */
  #longFlag(token: string, next: string | undefined): number {
    const equals = token.indexOf("=");
    const name = equals === -1 ? token.slice(2) : token.slice(2, equals);
    const value = equals === -1 ? undefined : token.slice(equals + 1);
    const spelling = spellingOf(name, this.#ownNames);
    const target = this.#targets.get(`--${spelling?.name ?? name}`);
    if (target !== undefined)
      return this.#take(target, `--${name}`, spelling?.value ?? value, next);
    const negated = name.startsWith("no-") ? this.#targets.get(`--${name.slice(3)}`) : undefined;
    if (negated?.flag.type !== "boolean") throw this.#unknown(`--${name}`);
    if (value !== undefined) throw usage("INVALID_VALUE", `--${name} takes no value`);
    this.#set(negated, `--${name}`, false);
    return 0;
  }

  #shortFlags(token: string, next: string | undefined): number {
    const equals = token.indexOf("=");
    const letters = token.slice(1, equals === -1 ? undefined : equals);
    const value = equals === -1 ? undefined : token.slice(equals + 1);
    for (const [index, letter] of Array.from(letters).entries()) {
      const target = this.#targets.get(`-${letter}`);
      if (target === undefined) throw this.#unknown(`-${letter}`);
      const isLast = index === Array.from(letters).length - 1;
      if (isLast) return this.#take(target, `-${letter}`, value, next);
      if (target.flag.type !== "boolean") {
        throw usage("MISSING_VALUE", `-${letter} takes a value: write -${letter} VALUE`);
      }
      this.#set(target, `-${letter}`, true);
    }
    return 0;
  }

  #take(
    target: Target,
    label: string,
    given: string | undefined,
    next: string | undefined,
  ): number {
    if (given !== undefined) {
      this.#set(target, label, parseValue(label, given, target.flag));
      return 0;
    }
    if (target.flag.type === "boolean") {
      this.#set(target, label, true);
      return 0;
    }
    if (next === undefined || (isFlagLike(next) && !isNumeric(next))) {
      const hint = next === undefined ? "" : `; write ${label}=${next} if that is the value`;
      throw usage("MISSING_VALUE", `${label} takes a value${hint}`);
    }
    this.#set(target, label, parseValue(label, next, target.flag));
    return 1;
  }

  #set({ flag, isGlobal }: Target, label: string, value: unknown): void {
    const values = isGlobal ? this.#globals : this.#input;
    if (flag.repeatable === true) {
      const before: unknown = values.get(flag.field);
      const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
      values.set(flag.field, [...earlier, value]);
      return;
    }
    const isSame = values.has(flag.field) && values.get(flag.field) === value;
    if (values.has(flag.field) && !isSame) {
      throw usage("DUPLICATE_FLAG", `${label} was given twice with different values; it takes one`);
    }
    values.set(flag.field, value);
  }

  #positionals(): void {
    const words = [...this.#words];
    for (const spec of this.#spec.positionals) {
      if (words.length === 0) break;
      const label = `<${spec.name}>`;
      if (spec.repeatable === true || spec.verbatim === true) {
        const rest = words.splice(0).map((word) => parseValue(label, word, spec));
        this.#input.set(spec.field, rest);
      } else {
        this.#input.set(spec.field, parseValue(label, words.shift() ?? "", spec));
      }
    }
    const [extra] = words;
    if (extra === undefined) return;
    const taken = this.#spec.positionals.map((spec) => `<${spec.name}>`).join(" ");
    const rule = taken === "" ? "takes no arguments but flags" : `takes only ${taken}`;
    throw usage(
      "UNEXPECTED_ARGUMENT",
      `"${this.#spec.name}" ${rule}, not ${JSON.stringify(extra)}`,
    );
  }

  #globalFlags(): GlobalFlags {
    const isSet = (field: string): boolean => this.#globals.get(field) === true;
    const { format, timeoutMs, limit, cursor, idempotencyKey, inputJsonl } = Object.fromEntries(
      this.#globals,
    );
    const chosen = formats.find((name) => name === format);
    return {
      ...(chosen === undefined ? {} : { format: chosen }),
      help: isSet("help"),
      version: isSet("version"),
      quiet: isSet("quiet"),
      verbose: isSet("verbose"),
      yes: isSet("yes"),
      dryRun: isSet("dryRun"),
      color: !isSet("noColor"),
      ...(typeof timeoutMs === "number" ? { timeoutMs } : {}),
      ...(typeof limit === "number" ? { limit } : {}),
      ...(typeof cursor === "string" ? { cursor } : {}),
      ...(typeof idempotencyKey === "string" ? { idempotencyKey } : {}),
      ...(typeof inputJsonl === "string" ? { inputJsonl } : {}),
    };
  }

  #unknown(label: string): UserError {
    const known = [...this.#targets.keys()];
    const elsewhere = allGlobalFlags().some((flag) => `--${flag.name}` === label);
    const what = elsewhere ? `"${this.#spec.name}" takes no ${label}` : `unknown flag ${label}`;
    const session = label === "--mode" ? ` "--mode session" stands before any command;` : "";
    const hint = elsewhere ? "" : session || didYouMean(label, known);
    return usage("UNKNOWN_FLAG", `${what}.${hint} --help lists the flags`);
  }
}

/** Throws `MISSING_ARGUMENT` (usage) when a required argument was not given. */
export function requireAll(spec: CommandSpec, isGiven: (field: string) => boolean): void {
  const isMissing = (value: PositionalSpec | FlagSpec): boolean =>
    value.required === true && !isGiven(value.field);
  const missing = [
    ...spec.positionals.filter(isMissing).map(({ name }) => `<${name}>`),
    ...spec.flags.filter(isMissing).map(({ name }) => `--${name}`),
  ];
  if (missing.length === 0) return;
  throw usage("MISSING_ARGUMENT", `"${spec.name}" needs ${missing.join(", ")}`);
}

function isShort(token: string): boolean {
  return token.length > 1 && token.startsWith("-") && !isNumeric(token);
}

function isFlagLike(token: string): boolean {
  return token.length > 1 && token.startsWith("-");
}

function isNumeric(token: string): boolean {
  return /^-\.?\d/.test(token);
}

function usage(code: string, message: string): UserError {
  return new UserError("usage", code, message);
}
