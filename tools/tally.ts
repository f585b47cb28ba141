/** Counts of tests, as the vitest reporter in tools/tally-reporter.ts writes them: one JSON line per file. */
import { existsSync, readFileSync } from "node:fs";

export interface SkippedTest {
  readonly name: string;
  readonly reason: string | null;
}

export interface FailedTest {
  readonly name: string;
  /** A few lines: the message, the difference, the place. Empty where nothing is known. */
  readonly why: readonly string[];
}

/** One test file, or the end of the run. */
export type TallyLine =
  | {
      readonly kind: "file";
      readonly file: string;
      readonly passed: number;
      /** The failed tests; the file itself where it could not be loaded. */
      readonly failed: readonly FailedTest[];
      readonly skipped: readonly SkippedTest[];
    }
  | { readonly kind: "end"; readonly errors: readonly FailedTest[] };

export interface Tally {
  readonly passed: number;
  readonly failed: readonly FailedTest[];
  readonly skipped: readonly SkippedTest[];
  readonly fileCount: number;
}

export const emptyTally: Tally = { passed: 0, failed: [], skipped: [], fileCount: 0 };

/** Sums the lines of one run. A run that did not get to its end counts as one failure more. */
export function sumLines(lines: readonly TallyLine[]): Tally {
  const files = lines.filter((line) => line.kind === "file");
  const ends = lines.filter((line) => line.kind === "end");
  const unfinished = ends.length === 0 ? [{ name: "the run did not get to its end", why: [] }] : [];
  return {
    passed: files.reduce((sum, { passed }) => sum + passed, 0),
    failed: [
      ...files.flatMap(({ failed }) => failed),
      ...ends.flatMap(({ errors }) => errors),
      ...unfinished,
    ],
    skipped: files.flatMap(({ skipped }) => skipped),
    fileCount: files.length,
  };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    fileCount: tallies.reduce((sum, { fileCount }) => sum + fileCount, 0),
  };
}

export function readTally(path: string): Tally {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const lines = text.split("\n").filter((line) => line !== "");
  return sumLines(lines.map((line): TallyLine => parseLine(line)));
}

function parseLine(text: string): TallyLine {
  const line: unknown = JSON.parse(text);
  if (!isTallyLine(line)) throw new Error(`not a line of tools/tally-reporter.ts: ${text}`);
  return line;
}

function isTallyLine(line: unknown): line is TallyLine {
  if (typeof line !== "object" || line === null || !("kind" in line)) return false;
  if (line.kind === "end") return "errors" in line && Array.isArray(line.errors);
  return (
    line.kind === "file" &&
    "passed" in line &&
    Number.isInteger(line.passed) &&
    "failed" in line &&
    Array.isArray(line.failed) &&
    "skipped" in line &&
    Array.isArray(line.skipped)
  );
}

const failedLines = ({ name, why }: FailedTest): string[] => [
  `  ${name}`,
  ...why.map((line) => `    ${line}`),
];

/** What `npm test` and .ci/run end with: every skipped and failed test by name and reason, then the line of counts. */
export function closingLines({ passed, failed, skipped }: Tally): string[] {
  const skips = skipped.map(({ name, reason }) => `  ${name}: ${reason ?? "NO REASON GIVEN"}`);
  return [
    ...(skips.length === 0 ? [] : [`SKIPPED, ${skips.length} tests:`, ...skips]),
    ...(failed.length === 0 ? [] : ["FAILED:", ...failed.flatMap(failedLines)]),
    `${passed} passed, ${failed.length} failed`,
  ];
}
