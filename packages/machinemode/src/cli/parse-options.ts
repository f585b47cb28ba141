import { UserError } from "@aomori/protocol";
import { nearest, parseDuration } from "@aomori/command";
import type { WrapperOptions } from "../running/options.ts";
import { noOptions } from "../running/options.ts";

/** The wrapper's words, the tool and the tool's words. */
export interface Invocation {
  readonly options: WrapperOptions;
  readonly tool: string | undefined;
  readonly argv: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  readonly adapters: boolean;
}

interface Draft {
  options: { -readonly [Name in keyof WrapperOptions]: WrapperOptions[Name] };
  help: boolean;
  version: boolean;
}

const valued = [
  "limit",
  "cursor",
  "fields",
  "max-bytes",
  "max-tokens",
  "timeout",
  "adapter",
  "output",
  "format",
] as const;
const plain = ["dry-run", "yes", "lines", "help", "version"] as const;
const short: Readonly<Record<string, string>> = {
  "-h": "--help",
  "-V": "--version",
  "-y": "--yes",
};

type Valued = (typeof valued)[number];

/** Reads the wrapper's own options, which end at the tool's name or at `--`. Throws usage errors. */
export function parseInvocation(words: readonly string[]): Invocation {
  const draft: Draft = { options: { ...noOptions }, help: false, version: false };
  let index = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      index += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    index = takeOption(draft, words, index);
  }
  const [tool, ...argv] = words.slice(index);
  return { ...draft, tool, argv, adapters: false };
}

/** Answers with the index of the last word taken. */
function takeOption(draft: Draft, words: readonly string[], index: number): number {
  const typed = words[index] ?? "";
  const word = short[typed] ?? typed;
  const equals = word.indexOf("=");
  const name = word.slice(2, equals === -1 ? undefined : equals);
  const flag = plain.find((known) => known === name);
  if (flag !== undefined && equals === -1) {
    setFlag(draft, flag);
    return index;
  }
  const option = valued.find((known) => known === name);
  if (option === undefined || !word.startsWith("--")) throw unknownOption(typed);
  const value = equals === -1 ? words[index + 1] : word.slice(equals + 1);
  if (value === undefined) throw usage(`--${name} needs a value`);
  setValue(draft, option, value);
  return equals === -1 ? index + 1 : index;
}

function setFlag(draft: Draft, flag: (typeof plain)[number]): void {
  if (flag === "dry-run") draft.options.dryRun = true;
  else if (flag === "yes") draft.options.yes = true;
  else if (flag === "lines") draft.options.lines = true;
  else draft[flag] = true;
}

function setValue({ options }: Draft, name: Valued, value: string): void {
  switch (name) {
    case "limit":
      options.limit = whole(name, value, 0);
      break;
    case "max-bytes":
      options.maxBytes = whole(name, value, 1);
      break;
    case "max-tokens":
      options.maxTokens = whole(name, value, 1);
      break;
    case "cursor":
      options.cursor = value;
      break;
    case "fields":
      options.fields = [...options.fields, ...value.split(",").filter((field) => field !== "")];
      break;
    case "adapter":
      options.adapterFiles = [...options.adapterFiles, value];
      break;
    case "timeout":
      options.timeoutMs = duration(value);
      break;
    default:
      checkFormat(name, value);
  }
}

/** The only format of a stream; it may be said, as any AOI tool is called with `--output jsonl`. */
function checkFormat(name: string, value: string): void {
  if (value === "jsonl") return;
  throw usage(`--${name} ${value}: a wrapped tool's events are written as jsonl only`);
}

function whole(name: string, value: string, minimum: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= minimum) return number;
  throw usage(`--${name} ${JSON.stringify(value)} is not a whole number from ${minimum}`);
}

function duration(value: string): number {
  const timeoutMs = parseDuration(value);
  if (timeoutMs === undefined)
    throw usage(`--timeout ${JSON.stringify(value)} is no duration; write 500ms, 30s or 10m`);
  return timeoutMs;
}

function unknownOption(word: string): UserError {
  const known = [...valued, ...plain].map((name) => `--${name}`);
  const near = nearest(word.split("=")[0] ?? word, known);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return usage(
    `${word} is no option of machinemode${hint} Options of the tool come after its name`,
  );
}

function usage(message: string): UserError {
  return new UserError("usage", "BAD_OPTION", message);
}

/** A trailing `--output jsonl` is the wrapper's; behind `--` it is the tool's. */
export function withoutTrailingOutput(argv: readonly string[]): readonly string[] {
  if (argv.includes("--")) return argv;
  const last = argv.at(-1);
  if (last === "--output=jsonl") return argv.slice(0, -1);
  return last === "jsonl" && argv.at(-2) === "--output" ? argv.slice(0, -2) : argv;
}

/** The wrapper's options that may also stand behind everything, of a tool that has none of these names. */
const trailing: readonly string[] = [
  "limit",
  "cursor",
  "fields",
  "max-bytes",
  "max-tokens",
  "dry-run",
  "yes",
];

/** Takes the wrapper's options off the end of a tool's words; behind `--` all are the tool's. Throws usage errors. */
export function takeTrailing(
  options: WrapperOptions,
  argv: readonly string[],
): { readonly options: WrapperOptions; readonly argv: readonly string[] } {
  const draft: Draft = { options: { ...options }, help: false, version: false };
  let words = argv;
  for (let from = trailingFrom(words); from !== -1; from = trailingFrom(words)) {
    takeOption(draft, words, from);
    words = words.slice(0, from);
  }
  return { options: draft.options, argv: words };
}

/** Where the last option of the wrapper's begins; -1 where the tool's own words end the line. */
function trailingFrom(words: readonly string[]): number {
  if (words.includes("--")) return -1;
  const nameOf = (word: string): string => word.replace(/^--/, "").split("=")[0] ?? "";
  const isOurs = (word: string | undefined): word is string =>
    word !== undefined && word.startsWith("--") && trailing.includes(nameOf(word));
  const last = words.at(-1);
  const isWhole =
    isOurs(last) && (last.includes("=") || plain.some((name) => name === nameOf(last)));
  if (isWhole) return words.length - 1;
  const before = words.at(-2);
  const takesLast =
    isOurs(before) && !before.includes("=") && valued.some((name) => name === nameOf(before));
  return takesLast ? words.length - 2 : -1;
}
