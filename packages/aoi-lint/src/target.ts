import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Arguments, Recipe } from "./recipe.ts";

/** What is linted: one command line, and which of its words start the tool. */
export interface Target {
  /** The whole command line, the tool's words absolute. */
  readonly argv: readonly string[];
  /** The words that start the tool, before any command. */
  readonly tool: readonly string[];
  readonly recipe: Recipe;
  /** The command may change things. */
  readonly allowWrites: boolean;
  readonly deadlineMs: number;
  /** The schema of the last release. */
  readonly baseline?: Baseline;
}

export interface Baseline {
  readonly schemaVersion: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The command line of further arguments of the tool. */
export function toolArgv(target: Target, argv: Arguments): readonly string[] {
  return [...target.tool, ...argv];
}

/** Arguments put where options belong: before a `--` of the command line. */
export function withArguments(argv: readonly string[], extra: Arguments): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? [...argv, ...extra] : argv.toSpliced(end, 0, ...extra);
}

const interpreters =
  /^(?:node|nodejs|deno|bun|tsx|python[\d.]*|pypy[\d.]*|ruby|perl|php|bash|sh|dash|zsh|ksh|lua|java|env)$/;

/**
 * How many words of a command line start the tool: one, or an interpreter, its options and the script.
 * `known` are the words a recipe names.
 */
export function toolWords(argv: readonly string[], cwd: string, known?: readonly string[]): number {
  if (known !== undefined && known.every((word, index) => argv[index] === word)) {
    return known.length;
  }
  if (!interpreters.test(basename(argv[0] ?? ""))) return 1;
  const script = argv.findIndex(
    (word, index) => index > 0 && !word.startsWith("-") && existsSync(resolve(cwd, word)),
  );
  return script === -1 ? 1 : script + 1;
}

/** A script is loaded from where it is, whatever folder a run works in. */
export function absoluteTool(words: readonly string[], cwd: string): string[] {
  return words.map((word, index) => {
    const isPath = word.includes("/") || index > 0;
    const path = resolve(cwd, word);
    return isPath && !word.startsWith("-") && existsSync(path) ? path : word;
  });
}
