import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Benchmark } from "../benchmark.ts";
import { layeredDag } from "../engine/layered-dag.ts";
import { figure } from "../figure.ts";
import { storeSpec } from "../http/store-spec.ts";
import { measuredEnvironment } from "../measuring/bench-child.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { RunningServer } from "../server/running-server.ts";
import { builtCommand } from "./built-command.ts";

const plan = layeredDag(30, 10);
const runDeadlineMs = 30_000;

const names = ["bare", "version", "list"] as const;
type Name = (typeof names)[number];

interface Program {
  readonly argv: readonly string[];
  readonly says: RegExp;
}

interface Run {
  readonly durationMs: number;
  readonly stdout: string;
}

function timed(argv: readonly string[], env: NodeJS.ProcessEnv): Run {
  const [file = process.execPath, ...args] = argv;
  const startedAtMs = performance.now();
  const { status, stdout, stderr } = spawnSync(file, args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: runDeadlineMs,
  });
  const durationMs = performance.now() - startedAtMs;
  if (status === 0) return { durationMs, stdout };
  throw new Error(`${args.join(" ")} ended with ${status}: ${stderr.slice(-500)}`);
}

function check(name: string, stdout: string, pattern: RegExp): void {
  if (!pattern.test(stdout))
    throw new Error(`${name} said ${JSON.stringify(stdout.slice(0, 200))}`);
}

const rotated = <Item>(items: readonly Item[], by: number): Item[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];

/** What a person waits for after the return key, by the bare start of the same Node. */
export const cliStart: Benchmark = {
  ids: ["cli-version", "cli-task-list"],
  missing: () =>
    builtCommand() === undefined
      ? 'the command line is not built; run "npm run build" first'
      : undefined,
  async run({ quick, tell }) {
    const command = builtCommand();
    if (command === undefined) throw new Error("the command line was there a moment ago");
    await using directory = await temporaryDirectory();
    const home = join(directory.path, "home");
    await storeSpec(home, plan);
    await using server = await RunningServer.start(home);
    const env = measuredEnvironment({ AOMORI_HOME: home });
    const programs: Record<Name, Program> = {
      bare: { argv: [process.execPath, "-e", "0"], says: /^$/ },
      version: { argv: [...command, "--version"], says: /\d+\.\d+\.\d+/ },
      list: { argv: [...command, "task", "list"], says: /TSK-030/ },
    };
    const found: Record<Name, number[]> = { bare: [], version: [], list: [] };
    const rounds = quick ? 5 : 40;
    // The first round fills the caches and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      // Each comes first in its turn: what a program leaves in the caches is not always to the same one's good.
      for (const name of rotated(names, round)) {
        const { durationMs, stdout } = timed(programs[name].argv, env);
        check(name, stdout, programs[name].says);
        if (round > 0) found[name].push(durationMs);
      }
    }
    tell(`${rounds} rounds of three programs, server at ${server.url}`);
    const against = "against `node -e 0` of the same Node, without NODE_EXTRA_CA_CERTS, in turn";
    return [
      figure({
        id: "cli-version",
        unit: "ms",
        about: `The built \`aomori --version\` ${against}.`,
        target: { kind: "ratio_at_most", value: 1.3 },
        ours: found.version,
        floor: found.bare,
      }),
      figure({
        id: "cli-task-list",
        unit: "ms",
        about: `The built \`aomori task list\` of ${plan.length} tasks from a running local server ${against}.`,
        target: { kind: "ratio_at_most", value: 2.2 },
        ours: found.list,
        floor: found.bare,
      }),
    ];
  },
};
