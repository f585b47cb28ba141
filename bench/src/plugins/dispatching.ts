import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.ts";
import type { MeasuredFigure } from "../figure.ts";
import { figure } from "../figure.ts";
import { measuredEnvironment } from "../measuring/bench-child.ts";
import { bundle } from "../measuring/bundle.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { builtCommand } from "../cli/built-command.ts";
import type { SamplePlugins } from "./sample-plugins.ts";
import { layPlugins } from "./sample-plugins.ts";

const deadlineMs = 120_000;

interface Timed {
  readonly ms: number;
  readonly stdout: string;
}

function timed(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Timed {
  const [file = "", ...args] = argv;
  const startedAtMs = performance.now();
  const { status, stdout, stderr } = spawnSync(file, args, {
    env: measuredEnvironment(env),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: deadlineMs,
  });
  const ms = performance.now() - startedAtMs;
  if (status === 0) return { ms, stdout };
  throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr.slice(-500)}`);
}

interface Bench {
  readonly plugins: SamplePlugins;
  /** The built command line, as argv. */
  readonly command: readonly string[];
  readonly scanner: string;
  readonly handOver: string;
  readonly folder: string;
}

function checkCount(stdout: string, expected: number): void {
  if (Number(stdout) !== expected) throw new Error(`${stdout.trim()} lines came, not ${expected}`);
}

interface Throughput {
  readonly ours: number[];
  readonly floor: number[];
  readonly peakMegabytes: number[];
}

/** Both ends of each pipeline are other processes, as on a user's machine. */
function floods(
  { plugins, command, scanner, folder }: Bench,
  count: number,
  rounds: number,
): Throughput {
  const input = join(folder, "lines.jsonl");
  const peakFile = join(folder, "peak");
  timed(["sh", "-c", '"$1" "$2" >"$3"', "sh", plugins.binary, String(count), input]);
  const preload = fileURLToPath(new URL("peak-memory-process.ts", import.meta.url));
  const [node = "", ...program] = command;
  const dispatch = 'count=$1; shift; "$@" lines "$count" | wc -l';
  const found: Throughput = { ours: [], floor: [], peakMegabytes: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const ours = timed(
      ["sh", "-c", dispatch, "sh", String(count), node, "--import", preload, ...program],
      { AOMORI_HOME: folder, PEAK_FILE: peakFile },
    );
    // What is ours adds begin and end.
    checkCount(ours.stdout, count + 2);
    const floor = timed([
      "sh",
      "-c",
      'cat "$1" | "$2" "$3"',
      "sh",
      input,
      process.execPath,
      scanner,
    ]);
    checkCount(floor.stdout, count);
    if (round === 0) continue;
    found.ours.push(ours.ms);
    found.floor.push(floor.ms);
    found.peakMegabytes.push((Number(readFileSync(peakFile, "utf8")) * 1024) / 1e6);
  }
  return found;
}

const names = ["bare", "direct", "handed", "ours", "gh"] as const;
type Name = (typeof names)[number];

/** In turn, and each first in its turn. */
function starts(
  { plugins, command, handOver, folder }: Bench,
  rounds: number,
): Record<Name, number[]> {
  const programs: Record<Name, () => Timed> = {
    bare: () => timed([process.execPath, "-e", "0"]),
    direct: () => timed([plugins.binary, "1"]),
    handed: () => timed([process.execPath, handOver, plugins.binary, "1"]),
    ours: () => timed([...command, "lines", "1"], { AOMORI_HOME: folder }),
    gh: () => timed(["gh", "extension", "exec", "lines", "1"], plugins.ghEnvironment),
  };
  const found: Record<Name, number[]> = {
    bare: [],
    direct: [],
    handed: [],
    ours: [],
    gh: [],
  };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index] of names.entries()) {
      const name = names[(index + round) % names.length] ?? "bare";
      const { ms, stdout } = programs[name]();
      if ((name === "bare") === stdout.includes('"n":100000000'))
        throw new Error(`${name}: ${stdout}`);
      if (round > 0) found[name].push(ms);
    }
  }
  return found;
}

/** A plugin's lines through the host, and what the host costs a plugin that says one. */
export const dispatching: Benchmark = {
  ids: [
    "plugin-lines",
    "plugin-lines-by-scan",
    "plugin-lines-memory",
    "plugin-start",
    "plugin-start-by-hand-over",
    "plugin-start-by-gh",
  ],
  missing: () => {
    if (builtCommand() === undefined) return "not built: npm run build";
    const gone = ["gcc", "gh"].filter((name) => spawnSync(name, ["--version"]).status !== 0);
    return gone.length === 0 ? undefined : `not installed: ${gone.join(", ")} (Debian packages)`;
  },
  async run({ quick, tell }) {
    const command = builtCommand() ?? [];
    await using directory = await temporaryDirectory();
    const bench: Bench = {
      folder: directory.path,
      plugins: layPlugins(directory.path),
      command,
      scanner: bundle(new URL("scan-process.ts", import.meta.url), directory.path, "command"),
      handOver: bundle(new URL("hand-over-process.ts", import.meta.url), directory.path, "command"),
    };
    const count = quick ? 200_000 : 3_000_000;
    const throughput = floods(bench, count, quick ? 1 : 9);
    tell(`${throughput.ours.length} rounds of ${count} lines`);
    const startMs = starts(bench, quick ? 3 : 40);
    tell(`${startMs.ours.length} rounds of five programs`);
    return [...throughputFigures(throughput, count), ...startFigures(startMs)];
  },
};

function throughputFigures(
  { ours, floor, peakMegabytes }: Throughput,
  count: number,
): MeasuredFigure[] {
  return [
    figure({
      id: "plugin-lines",
      unit: "lines/s",
      about: `Notifications of 85 bytes from a plugin in C through dispatch of the built command line into a pipe: checked as JSON, wrapped and recorded; ${count} of them, starts included.`,
      target: { kind: "least", value: 1_000_000 },
      ours: ours.map((ms) => (count / ms) * 1000),
    }),
    figure({
      id: "plugin-lines-by-scan",
      unit: "ms",
      about:
        "The same against `cat` of the same lines into a Node that calls JSON.parse on each, and passes none on.",
      target: { kind: "ratio_at_most", value: 1.5 },
      ours,
      floor,
    }),
    figure({
      id: "plugin-lines-memory",
      unit: "MB",
      about: "The most memory the host held meanwhile.",
      target: { kind: "most", value: 100 },
      ours: peakMegabytes,
    }),
  ];
}

function startFigures({
  bare,
  direct,
  handed,
  ours,
  gh,
}: Readonly<Record<Name, readonly number[]>>): MeasuredFigure[] {
  const added = (ms: readonly number[]): number[] =>
    ms.map((one, round) => one - (direct[round] ?? 0));
  return [
    figure({
      id: "plugin-start",
      unit: "ms",
      about:
        "What the built command line adds to a plugin in C that writes one line: the time of both less that of the plugin alone, round by round, against `node -e 0`.",
      target: { kind: "ratio_at_most", value: 1.3 },
      ours: added(ours),
      floor: bare,
    }),
    figure({
      id: "plugin-start-by-hand-over",
      unit: "ms",
      about:
        "The same addition against that of the least dispatcher in Node, which starts the plugin with two pipes and hands on what it writes, unread.",
      target: { kind: "none" },
      ours: added(ours),
      floor: added(handed),
    }),
    figure({
      id: "plugin-start-by-gh",
      unit: "ms",
      about:
        "The same plugin through dispatch and through `gh extension exec` of Debian's gh, start to end.",
      target: { kind: "none" },
      ours,
      peer: gh,
    }),
  ];
}
