/** Why a test failed, in a few lines that can be read where nothing else of the run was kept. */
import { stripVTControlCharacters } from "node:util";
import type { FailedTest } from "./tally.ts";

/** What vitest tells of an error. */
export interface ReportedError {
  readonly message: string;
  readonly name?: string;
  readonly diff?: string;
  readonly stack?: string;
  readonly stacks?: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }[];
}

const mostLines = 8;
const widest = 300;

const tidy = (text: string): string[] =>
  stripVTControlCharacters(text)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => (line.length > widest ? `${line.slice(0, widest)}…` : line));

const isOurs = (path: string): boolean =>
  !path.includes("node_modules") && !path.startsWith("node:");

/** The first place of ours that the stack names. */
function placeOf({ stacks = [], stack = "" }: ReportedError, root: string): string[] {
  const parsed = stacks.find(({ file }) => isOurs(file));
  const place =
    parsed === undefined
      ? tidy(stack).find((line) => /^\s+at /.test(line) && isOurs(line))
      : `at ${parsed.file}:${parsed.line}:${parsed.column}`;
  return place === undefined ? [] : [place.trim().replaceAll(`${root}/`, "")];
}

/** The message, as much of the difference as there is room for, and the first line of ours in the stack. */
function reasonOf(error: ReportedError, root: string): string[] {
  const { name = "Error", message, diff = "" } = error;
  const place = placeOf(error, root);
  const text = [...tidy(`${name}: ${message}`), ...tidy(diff)];
  return [...text.slice(0, mostLines - place.length), ...place];
}

export function failedTest(
  name: string,
  errors: readonly ReportedError[],
  root: string,
): FailedTest {
  return { name, why: errors.flatMap((error) => reasonOf(error, root)).slice(0, mostLines) };
}

/** The last lines a tool said before it gave up. */
export function lastLines(output: string): string[] {
  return tidy(output).slice(-mostLines);
}
