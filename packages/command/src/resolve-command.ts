import { UserError, didYouMean } from "@aomori/protocol";
import type { CommandEntry } from "./command-spec.ts";
import { allGlobalFlags, spellingOf } from "./global-flags.ts";

/** What the words before a command's own arguments ask for. */
export type Resolution =
  | { readonly kind: "command"; readonly name: string; readonly argv: readonly string[] }
  /** A noun alone, or nothing: show what is below it. */
  | { readonly kind: "group"; readonly path: string; readonly argv: readonly string[] }
  /** No command of the program. */
  | UnknownWords;

/** Words that name no command of the program's own; another may be found behind them. */
export interface UnknownWords {
  readonly kind: "unknown";
  /** The noun they stand behind; empty at the top. */
  readonly path: string;
  /** The unknown word, and everything behind it as it stands. */
  readonly words: readonly [string, ...string[]];
  /** The global flags before it. */
  readonly flags: readonly string[];
}

/**
 * Finds the command in `argv`; global flags may stand before and between its words. Where the program itself
 * is a command, everything but the name of another is that one's.
 */
export function resolveCommand(
  entries: readonly CommandEntry[],
  argv: readonly string[],
): Resolution {
  const whole = entries.find((entry) => entry.isProgram === true);
  const names = entries.filter((entry) => entry !== whole).map((entry) => entry.name);
  const rest: string[] = [];
  let path = "";
  let index = 0;
  for (; index < argv.length; index += 1) {
    const token = argv[index] ?? "";
    const next = path === "" ? token : `${path} ${token}`;
    if (token.startsWith("-") && token !== "--") {
      const width = globalFlagWidth(token);
      if (width === 0) break;
      rest.push(...argv.slice(index, index + width));
      index += width - 1;
    } else if (names.some((name) => name === next || name.startsWith(`${next} `))) {
      path = next;
    } else {
      break;
    }
  }
  const after = argv.slice(index);
  if (names.includes(path)) return { kind: "command", name: path, argv: [...rest, ...after] };
  if (whole !== undefined && path === "") return { kind: "command", name: whole.name, argv };
  const [word, ...behind] = after;
  if (word === undefined || word.startsWith("-")) {
    return { kind: "group", path, argv: [...rest, ...after] };
  }
  return { kind: "unknown", path, words: [word, ...behind], flags: rest };
}

/** How many tokens at the beginning are global flags and their values. */
export function flagsBefore(argv: readonly string[]): number {
  let index = 0;
  for (let width = 1; width > 0; index += width) {
    const token = argv[index] ?? "";
    width = token.startsWith("-") ? globalFlagWidth(token) : 0;
  }
  return index;
}

/** How many tokens a global flag takes with its value; 0 when it is none. */
function globalFlagWidth(token: string): number {
  const [name = ""] = token.replace(/^--?/, "").split("=");
  const spelling = spellingOf(name, []);
  const flag = allGlobalFlags().find((candidate) =>
    token.startsWith("--") ? candidate.name === (spelling?.name ?? name) : candidate.short === name,
  );
  if (flag === undefined) return 0;
  const isWhole = token.includes("=") || flag.type === "boolean" || spelling?.value !== undefined;
  return isWhole ? 1 : 2;
}

/** `UNKNOWN_COMMAND` (usage) with the nearest of `names`: whole names of commands, and what else may stand there. */
export function unknownCommand(
  { path, words: [word] }: Pick<UnknownWords, "path" | "words">,
  names: readonly string[],
): UserError {
  const typed = path === "" ? word : `${path} ${word}`;
  const depth = typed.split(" ").length;
  const sameDepth = names.map((name) => name.split(" ").slice(0, depth).join(" "));
  const hint =
    didYouMean(typed, [...new Set(sameDepth)]) || didYouMean(typed, names) || ` See "--help".`;
  return new UserError("usage", "UNKNOWN_COMMAND", `unknown command "${typed}".${hint}`);
}
