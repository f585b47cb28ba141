/** The gates of `npm run check` and the suites of `npm test`; each says what it looked at, and nothing is red. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { lastLines } from "./failure-reason.ts";
import { runCommand } from "./run-command.ts";
import { addTallies, emptyTally, readTally } from "./tally.ts";
import type { Tally } from "./tally.ts";

export interface GateResult {
  readonly isGreen: boolean;
  readonly lookedAt: string;
  readonly tally: Tally;
}

export interface Gate {
  readonly name: string;
  run(signal: AbortSignal): Promise<GateResult>;
}

/** Judges a tool by its status and by the number of files it says it has read. */
function gateOf(
  name: string,
  command: readonly string[],
  count: (output: string) => { readonly fileCount: number; readonly problems?: readonly string[] },
  shown: (output: string) => string = (output) => output,
): Gate {
  return {
    name,
    async run(signal) {
      const { status, output } = await runCommand(command, { output: "keep", signal });
      const { fileCount, problems = [] } = count(output);
      const isGreen = status === 0 && fileCount > 0 && problems.length === 0;
      const said = [shown(output).trimEnd(), ...problems].join("\n");
      if (!isGreen) console.error(said);
      const failed = isGreen ? [] : [{ name: `gate ${name}`, why: lastLines(said) }];
      return { isGreen, lookedAt: `${fileCount} files`, tally: { ...emptyTally, failed } };
    },
  };
}

const countIn =
  (pattern: RegExp) =>
  (output: string): { fileCount: number } => ({
    fileCount: Number(pattern.exec(output)?.[1] ?? 0),
  });

/** Files that `tsc --listFiles` names, without its libraries. */
const isListed = (line: string): boolean => line.startsWith("/");
const isOurs = (line: string): boolean => isListed(line) && !line.includes("/node_modules/");

/** The root files of a project as its build recorded them: 1-based positions and ranges. */
function rootsIn(buildInfoPath: string): number {
  if (!existsSync(buildInfoPath)) return 0;
  const info: unknown = JSON.parse(readFileSync(buildInfoPath, "utf8"));
  if (typeof info !== "object" || info === null || !("root" in info)) return 0;
  const roots: unknown[] = Array.isArray(info.root) ? info.root : [];
  return roots.reduce((sum: number, root) => {
    if (!Array.isArray(root)) return sum + 1;
    return sum + Number(root[1]) - Number(root[0]) + 1;
  }, 0);
}

/** Every project of tsconfig.json must have compiled something. */
function countBuilt(): { fileCount: number; problems: string[] } {
  const config: unknown = JSON.parse(readFileSync("tsconfig.json", "utf8"));
  const references: unknown[] =
    typeof config === "object" &&
    config !== null &&
    "references" in config &&
    Array.isArray(config.references)
      ? config.references
      : [];
  const counts = references.map((reference) => {
    const path =
      typeof reference === "object" && reference !== null && "path" in reference
        ? String(reference.path)
        : "";
    return { path, count: rootsIn(join(path, "dist", ".tsbuildinfo")) };
  });
  return {
    fileCount: counts.reduce((sum, { count }) => sum + count, 0),
    problems: counts
      .filter(({ count }) => count === 0)
      .map(({ path }) => `${path}: nothing to compile`),
  };
}

function suite(name: string, project: "fast" | "slow"): Gate {
  return {
    name,
    async run(signal) {
      const folder = mkdtempSync(join(tmpdir(), "aomori-tally-"));
      const file = join(folder, "tally.jsonl");
      const reporter = resolve(import.meta.dirname, "tally-reporter.ts");
      const command = ["vitest", "run", "--project", project];
      const reporters = ["--reporter=default", `--reporter=${reporter}`];
      try {
        const { status } = await runCommand([...command, ...reporters], {
          output: "pass",
          env: { AOMORI_TALLY_FILE: file },
          signal,
        });
        const counted = readTally(file);
        const failed = [...counted.failed];
        if (status !== 0 && failed.length === 0)
          failed.push({ name: `${name}: vitest ended with ${status}`, why: [] });
        if (counted.passed === 0 && failed.length === 0)
          failed.push({ name: `${name}: no test was run`, why: [] });
        const tally = { ...counted, failed };
        const lookedAt = `${tally.passed + failed.length} tests in ${tally.fileCount} files`;
        return { isGreen: failed.length === 0, lookedAt, tally };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

export const checkGates: readonly Gate[] = [
  gateOf("format", ["oxfmt", "--check", "."], countIn(/ on (\d+) files/)),
  gateOf("lint", ["oxlint", "--type-aware"], countIn(/ on (\d+) files/)),
  gateOf("types", ["tsc", "-b"], countBuilt),
  gateOf(
    "types of tests",
    [
      "tsc",
      "-p",
      "tsconfig.tests.json",
      "--listFiles",
      "--incremental",
      "--tsBuildInfoFile",
      "node_modules/.cache/tests.tsbuildinfo",
    ],
    (output) => ({ fileCount: output.split("\n").filter(isOurs).length }),
    (output) =>
      output
        .split("\n")
        .filter((line) => !isListed(line))
        .join("\n"),
  ),
  gateOf("floors", ["node", "tools/check-floors.ts"], countIn(/floors: (\d+) files/)),
  gateOf("house", ["node", "tools/check-house.ts"], countIn(/house: (\d+) files/)),
  gateOf(
    "documents",
    ["node", "--conditions=aomori-source", "tools/check-docs.ts"],
    countIn(/documents: (\d+) files/),
  ),
  gateOf(
    "dead code",
    [
      "knip",
      "--no-progress",
      "--no-config-hints",
      "--reporter",
      "symbols",
      "--reporter",
      "./tools/dead-code-count.ts",
    ],
    countIn(/dead code: (\d+) files/),
  ),
  suite("fast tests", "fast"),
];

export const slowSuite: Gate = suite("slow tests", "slow");

export interface GatesRun {
  readonly red: readonly string[];
  readonly tally: Tally;
}

/** Runs gates one after another, a line each; a red gate that is no suite counts as one failure. */
export async function runGates(
  gates: readonly Gate[],
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<GatesRun> {
  const red: string[] = [];
  const tallies: Tally[] = [];
  for (const gate of gates) {
    const startedAtMs = performance.now();
    const { isGreen, lookedAt, tally } = await gate.run(signal);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    print(`${isGreen ? "ok " : "RED"} ${gate.name}: ${lookedAt}, ${seconds} s`);
    const isCounted = isGreen || tally.failed.length > 0;
    tallies.push(
      isCounted ? tally : { ...tally, failed: [{ name: `gate ${gate.name}`, why: [] }] },
    );
    if (!isGreen) red.push(gate.name);
  }
  return { red, tally: addTallies(tallies) };
}
