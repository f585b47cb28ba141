import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import type { MeasuredFigure } from "../figure.ts";
import { figure } from "../figure.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import type { TimedRun } from "./timed-run.ts";
import { timedRun } from "./timed-run.ts";

const command = fileURLToPath(
  new URL("../../../packages/machinemode/dist/bin/machinemode.cjs", import.meta.url),
);
const names = [
  "ours-ls",
  "jc-ls",
  "gnu-ls",
  "ours-names",
  "jc-names",
  "ours-find",
  "jc-find",
  "gnu-find",
  "first",
] as const;
type Name = (typeof names)[number];

function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

async function fill(folder: string, count: number): Promise<void> {
  await mkdir(folder);
  for (let index = 0; index < count; index += 1) {
    const file = await open(join(folder, `file-${index}-with-a-name.txt`), "w");
    await file.close();
  }
}

/** The same directory, the same facts: what `ls -l` knows of each entry, as one JSON object each. */
function programs(
  folder: string,
): Record<Name, { readonly argv: readonly string[]; readonly awaited?: string }> {
  const ours = [process.execPath, command];
  const shell = (script: string): readonly string[] => ["sh", "-c", script, "sh", folder];
  return {
    "ours-ls": { argv: [...ours, "ls", "-l", folder] },
    "jc-ls": { argv: shell('ls -l "$1" | jc --ls') },
    "gnu-ls": { argv: ["ls", "-l", folder] },
    "ours-names": { argv: [...ours, "ls", folder] },
    "jc-names": { argv: shell('ls "$1" | jc --ls') },
    "ours-find": { argv: [...ours, "find", folder, "-mindepth", "1", "-ls"] },
    "jc-find": { argv: shell('find "$1" -mindepth 1 -exec ls -ld {} + | jc --ls') },
    "gnu-find": { argv: ["find", folder, "-mindepth", "1", "-ls"] },
    first: { argv: [...ours, "ls", "-l", folder], awaited: '"type":"entry"' },
  };
}

/** A listing of many files through the wrapper, beside jc on the same directory. */
export const wrappedListing: Benchmark = {
  ids: [
    "machinemode-ls",
    "machinemode-ls-by-gnu",
    "machinemode-ls-names",
    "machinemode-find",
    "machinemode-find-by-gnu",
    "machinemode-ls-memory",
    "machinemode-find-memory",
    "machinemode-first-event",
    "machinemode-start",
  ],
  missing: () => {
    if (!existsSync(command))
      return 'the wrapper is not built; run "npm run build -w packages/machinemode" first';
    return isInstalled("jc") ? undefined : "jc is not installed (a Debian package)";
  },
  async run({ quick, tell }) {
    await using directory = await temporaryDirectory();
    const folder = join(directory.path, "many");
    const count = quick ? 5000 : 200_000;
    await fill(folder, count);
    const runs: Record<Name, TimedRun[]> = {
      "ours-ls": [],
      "jc-ls": [],
      "gnu-ls": [],
      "ours-names": [],
      "jc-names": [],
      "ours-find": [],
      "jc-find": [],
      "gnu-find": [],
      first: [],
    };
    const rounds = quick ? 1 : 5;
    // The first round fills the caches and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of names) {
        const { argv, awaited } = programs(folder)[name];
        const run = await timedRun(argv, awaited);
        if (round > 0) runs[name].push(run);
      }
    }
    tell(`${rounds} rounds over ${count} files`);
    const startMs = await starts(directory.path, quick ? 3 : 40);
    tell(`${startMs.ours.length} rounds of two starts`);
    return [...speeds(runs, count), ...memory(runs, count), startFigure(startMs)];
  },
};

interface Starts {
  readonly ours: number[];
  readonly bare: number[];
}

/** By themselves, when nothing large has just ended; in turn, and each first in its turn. */
async function starts(folder: string, rounds: number): Promise<Starts> {
  const programs = [
    ["ours", [process.execPath, command, "ls", folder]],
    ["bare", [process.execPath, "-e", "0"]],
  ] as const;
  const found: Starts = { ours: [], bare: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, argv] of round % 2 === 0 ? programs : programs.toReversed()) {
      const { durationMs } = await timedRun(argv);
      if (round > 0) found[name].push(durationMs);
    }
  }
  return found;
}

type Runs = Readonly<Record<Name, readonly TimedRun[]>>;

function timesOf(runs: readonly TimedRun[]): readonly number[] {
  return runs.map(({ durationMs }) => durationMs);
}

function speeds(runs: Runs, count: number): MeasuredFigure[] {
  return [
    figure({
      id: "machinemode-ls",
      unit: "ms",
      about: `\`machinemode ls -l\` of ${count} files against \`ls -l | jc --ls\` of the same directory, start included.`,
      target: { kind: "ratio_at_most", value: 0.2 },
      ours: timesOf(runs["ours-ls"]),
      peer: timesOf(runs["jc-ls"]),
    }),
    figure({
      id: "machinemode-ls-by-gnu",
      unit: "ms",
      about:
        "The same against `ls -l` alone, which reads and asks as much and makes no JSON of it.",
      target: { kind: "none" },
      ours: timesOf(runs["ours-ls"]),
      floor: timesOf(runs["gnu-ls"]),
    }),
    figure({
      id: "machinemode-ls-names",
      unit: "ms",
      about: `\`machinemode ls\` of ${count} files, no more than names and kinds, against \`ls | jc --ls\`, which has names only.`,
      target: { kind: "ratio_at_most", value: 0.2 },
      ours: timesOf(runs["ours-names"]),
      peer: timesOf(runs["jc-names"]),
    }),
    figure({
      id: "machinemode-find",
      unit: "ms",
      about: `\`machinemode find -ls\` of ${count} files against \`find -exec ls -ld {} + | jc --ls\`: Debian's jc reads no find.`,
      target: { kind: "ratio_at_most", value: 0.2 },
      ours: timesOf(runs["ours-find"]),
      peer: timesOf(runs["jc-find"]),
    }),
    figure({
      id: "machinemode-find-by-gnu",
      unit: "ms",
      about:
        "The same against `find -ls` alone, which reads and asks as much and makes no JSON of it.",
      target: { kind: "none" },
      ours: timesOf(runs["ours-find"]),
      floor: timesOf(runs["gnu-find"]),
    }),
  ];
}

function memory(runs: Runs, count: number): MeasuredFigure[] {
  const first = runs.first.flatMap(({ firstMs }) => (firstMs === undefined ? [] : [firstMs]));
  return [
    figure({
      id: "machinemode-ls-memory",
      unit: "MiB",
      about: `Peak memory of \`machinemode ls -l\` of ${count} files.`,
      target: { kind: "most", value: 80 },
      ours: runs["ours-ls"].map(({ peakMib }) => peakMib),
    }),
    figure({
      id: "machinemode-find-memory",
      unit: "MiB",
      about: `Peak memory of \`machinemode find -ls\` of ${count} files.`,
      target: { kind: "most", value: 80 },
      ours: runs["ours-find"].map(({ peakMib }) => peakMib),
    }),
    figure({
      id: "machinemode-first-event",
      unit: "ms",
      about: `From the start of \`machinemode ls -l\` of ${count} files to its first entry.`,
      target: { kind: "most", value: 100 },
      ours: first,
    }),
  ];
}

function startFigure({ ours, bare }: Starts): MeasuredFigure {
  return figure({
    id: "machinemode-start",
    unit: "ms",
    about:
      "`machinemode ls` of a directory with one entry against `node -e 0` of the same Node, in turn.",
    target: { kind: "ratio_at_most", value: 1.5 },
    ours,
    floor: bare,
  });
}
