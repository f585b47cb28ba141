import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Scenario } from "@aomori/testkit";
import { findExecutable } from "@aomori/system";
import { DemoWorld, quickScenario } from "./demo-world.ts";
import { expectNoOrphans, expectSoundStore, expectWhole, processesIn } from "./wreckage.ts";

/** A command that hangs the first time it is run, with a process beside it. */
const hangOnce = (mark: string): string =>
  `test -e ${mark} || { echo $$ > ${mark}; sleep 300 & sleep 301; }`;

async function untilThere(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (text !== "") return text;
    await sleep(20);
  }
}

function withFirstCommand(scenario: Scenario, command: string): Scenario {
  const [task, ...others] = scenario.tasks;
  const [script] = task?.implementation ?? [];
  if (task === undefined || script === undefined) throw new Error("the demo has no tasks");
  const calls = [{ tool: "run_command" as const, input: { command } }, ...script.calls];
  return {
    ...scenario,
    tasks: [{ ...task, implementation: [{ ...script, calls }] }, ...others],
  };
}

it("kills an agent's commands with the server, and does the task again", async () => {
  const quick = await quickScenario();
  const directory = await mkdtemp(join(tmpdir(), "aomori-mark-"));
  const mark = join(directory, "mark");
  await using hanging = await DemoWorld.create(withFirstCommand(quick, hangOnce(mark)));
  await using first = hanging.serve();
  const client = await first.client();
  await hanging.ensureSpec(client);
  const pid = Number(await untilThere(mark));
  expect(processesIn(hanging.home).some((line) => line.startsWith(`${pid} `))).toBe(true);
  await first.kill();
  await expectNoOrphans(hanging.home);
  await using second = hanging.serve();
  expect(await hanging.play(second)).toBe("over");
  await expectWhole(hanging, second);
});

/** Kills the server from inside git: before, in the middle of and after the command. */
const shim = (world: DemoWorld, git: string): string => `#!/bin/sh
git=${JSON.stringify(git)}
for point in ${world.directory}/kill-*; do
  [ -e "$point" ] || continue
  read -r word moment < "$point"
  case " $* " in
  *" $word "*)
    mv "$point" "${world.directory}/done-\${point##*/}" 2>/dev/null || continue
    pid=$(sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' ${world.home}/run/server.lock)
    case $moment in
    before) kill -9 "$pid"; sleep 0.2 ;;
    middle) "$git" "$@" & sleep 0.004; kill -9 "$pid"; wait ;;
    after) "$git" "$@"; kill -9 "$pid"; sleep 0.2 ;;
    esac
    exit 1 ;;
  esac
done
exec "$git" "$@"
`;

const gitCommands = [
  "clone",
  "worktree",
  "commit",
  "merge",
  "reset",
  "add",
  "merge-tree",
  "commit-tree",
];

it("goes on after being killed before, in and after each kind of git command", async () => {
  await using world = await DemoWorld.create();
  const git = findExecutable("git", process.env["PATH"], "/");
  if (git === undefined) throw new Error("there is no git");
  const bin = join(world.directory, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "git"), shim(world, git));
  await chmod(join(bin, "git"), 0o755);
  const points = gitCommands.flatMap((word) =>
    ["before", "middle", "after"].map((moment) => ({ word, moment })),
  );
  const hit: string[] = [];
  for (let index = 0; ;) {
    const point = points[index];
    const file = join(world.directory, `kill-${index}`);
    if (point !== undefined) await writeFile(file, `${point.word} ${point.moment}\n`);
    await using server = world.serve({ env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` } });
    const end = await world.play(server);
    await server.kill(end === "over" ? "SIGTERM" : "SIGKILL");
    if (end === "over") {
      console.log(`${hit.length} kills in git: ${hit.join(", ")}`);
      await using last = world.serve();
      await last.answer;
      await expectWhole(world, last);
      await last.kill("SIGTERM");
      await expectSoundStore(last);
      break;
    }
    if (point !== undefined) hit.push(`${point.word} ${point.moment}`);
    index += 1;
    await expectNoOrphans(world.home);
  }
  expect(hit.length).toBeGreaterThan(12);
});

it("kills a test gate with the server, and runs it again", async () => {
  await using world = await DemoWorld.create();
  const mark = join(world.directory, "mark");
  // Only the merged branch's own tests hang, the first time they are run.
  const script = `case "$PWD" in */spec_*) ${hangOnce(mark)} ;; esac; npm test --silent`;
  await mkdir(world.home);
  await writeFile(
    join(world.home, "config.toml"),
    `[projects.repo]\ntest_command = ["sh", "-c", ${JSON.stringify(script)}]\n`,
  );
  await using first = world.serve();
  void world.play(first);
  await untilThere(mark);
  await first.kill();
  await expectNoOrphans(world.home);
  await using second = world.serve();
  expect(await world.play(second)).toBe("over");
  await expectWhole(world, second);
});
