import type { AomoriEvent } from "@aomori/contract";
import { openStore, checkStore } from "@aomori/store";
import type { HomeLayout } from "@aomori/system";
import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { DemoWorld } from "./demo-world.ts";
import { hashTree } from "./demo-world.ts";
import type { ServerProcess } from "./server-process.ts";

const run = promisify(execFile);

function readOf<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    // The process has gone, or belongs to another user.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Processes that work in a directory or name it on their command line. */
export function processesIn(directory: string, except: readonly number[] = []): string[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && !except.includes(pid))
    .flatMap((pid) => {
      const cwd = readOf(() => readlinkSync(`/proc/${pid}/cwd`)) ?? "";
      const line = readOf(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "";
      const inside = cwd.startsWith(directory) || line.includes(directory);
      return inside ? [`${pid} ${line.replaceAll("\0", " ")} (in ${cwd})`] : [];
    });
}

/** Resolves once nothing lives in the directory; a killed server's children end within moments. */
export async function expectNoOrphans(
  directory: string,
  { withinMs = 15_000, except = [] }: { withinMs?: number; except?: readonly number[] } = {},
): Promise<void> {
  const endMs = Date.now() + withinMs;
  let left = processesIn(directory, except);
  while (left.length > 0 && Date.now() < endMs) {
    await sleep(25);
    left = processesIn(directory, except);
  }
  expect(left).toEqual([]);
}

const count = (events: readonly AomoriEvent[], key: (event: AomoriEvent) => string) => {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(key(event), (counts.get(key(event)) ?? 0) + 1);
  return counts;
};

/** Event types that may tell the same of the same thing twice, since it does happen twice. */
const repeatable: ReadonlySet<string> = new Set([
  "agent.heartbeat",
  "task.ready",
  "task.assigned",
  "ticket.updated",
]);

/** Everything the issue promises of a run that was killed, read as a user reads it. Returns the number of events. */
export async function expectWhole(world: DemoWorld, server: ServerProcess): Promise<number> {
  const client = await server.client();
  const id = world.specId;
  if (id === undefined) throw new Error("no spec was made");
  const events: AomoriEvent[] = [];
  for await (const event of client.events.stream({ follow: false })) events.push(event);
  expectEvents(events);
  if (world.wasSteered) expectOrderFollowed(events);

  const spec = await client.specs.get(id);
  expect(spec).toMatchObject({ status: "completed", phase: "COMPLETE", failure: null });
  const tasks = [];
  for await (const task of client.tasks.list({ specId: id })) tasks.push(task);
  expect(tasks.filter((task) => task.status !== "completed")).toEqual([]);
  const created = count(
    events.filter((event) => event.type === "task.created"),
    (event) => event.taskId ?? "",
  );
  expect([...created.keys()].toSorted()).toEqual(tasks.map((task) => task.id).toSorted());
  const agents = [];
  for await (const agent of client.agents.list({ specId: id })) agents.push(agent);
  for (const agent of agents) {
    const ends = events.filter(
      (event) =>
        event.agentId === agent.id &&
        ["agent.completed", "agent.failed", "agent.stopped"].includes(event.type),
    );
    expect([agent.id, ends.map((event) => event.type)]).toEqual([
      agent.id,
      [`agent.${agent.status}`],
    ]);
    if (agent.status === "failed") expect(agent.failure?.code).toBe("INTERRUPTED");
  }
  await expectRepository(world, server, tasks);
  return events.length;
}

function expectEvents(events: readonly AomoriEvent[]): void {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  const doubled = [
    ...count(
      events.filter((event) => !repeatable.has(event.type)),
      (event) =>
        JSON.stringify([event.type, event.taskId, event.ticketId, event.agentId, event.data]),
    ),
  ].filter(([, times]) => times > 1);
  expect(doubled).toEqual([]);
  const perTask = (type: string) =>
    count(
      events.filter((event) => event.type === type),
      (event) => event.taskId ?? "",
    );
  for (const type of ["task.created", "task.completed", "merge.merged", "task.started"]) {
    expect([type, [...perTask(type)].filter(([, times]) => times !== 1)]).toEqual([type, []]);
  }
  const times = (type: string): number => events.filter((event) => event.type === type).length;
  for (const type of ["spec.created", "spec.running", "spec.completed", "merge.completed"]) {
    expect([type, times(type)]).toEqual([type, 1]);
  }
  const phases = events.filter((event) => event.type === "phase.advanced");
  expect(phases.map((event) => event.summary)).toEqual([
    "EXPLORE → PRD",
    "PRD → REQUIREMENTS",
    "REQUIREMENTS → DESIGN",
    "DESIGN → TASKS",
    "TASKS → SYNC",
    "SYNC accepted",
    "SYNC → COMPLETE",
  ]);
}

/** The agent that acknowledged the order last has finished the task: its successors, if any, got the order too. */
function expectOrderFollowed(events: readonly AomoriEvent[]): void {
  const steering = events.filter((event) => event.type.startsWith("steering."));
  const steered = steering.findLast((event) => event.type === "steering.acknowledged");
  expect(steering.map((event) => event.summary)).toContain(steered?.summary);
  const completed = events.filter((event) => event.type === "agent.completed");
  expect(completed.map((event) => event.agentId)).toContain(steered?.agentId);
}

async function expectRepository(
  world: DemoWorld,
  server: ServerProcess,
  tasks: readonly { readonly id: string }[],
): Promise<void> {
  expect(await hashTree(world.repository)).toBe(world.repositoryHash);
  const { clonesDirectory, worktreesDirectory } = server.layout;
  const [clone] = (await readdir(clonesDirectory)).filter((name) => name.endsWith(".git"));
  if (clone === undefined) throw new Error("there is no clone");
  const path = join(clonesDirectory, clone);
  expect(await readdir(clonesDirectory)).toEqual([clone]);
  const git = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run("git", ["-C", path, ...args]);
    return stdout.split("\n").filter((line) => line !== "");
  };
  const main = `aomori/${world.specId ?? ""}/main`;
  // Every commit on the merged branch: one own commit per task, one merge per merged branch.
  const messages = await git("log", "--format=%s", `origin/main..${main}`);
  const merges = messages.filter((message) => /^Merge TSK-\d+:/.test(message));
  expect(new Set(merges).size).toBe(merges.length);
  const own = await git(
    "log",
    "--no-merges",
    "--format=%(trailers:key=Aomori-Task,valueonly)",
    main,
  );
  const ownIds = own.filter((line) => line.startsWith("TSK-"));
  expect(new Set(ownIds).size).toBe(ownIds.length);
  const all = await git("log", "--format=%(trailers:key=Aomori-Task,valueonly)", main);
  const allIds = all.filter((line) => line.startsWith("TSK-"));
  expect(allIds.toSorted()).toEqual(tasks.map((task) => task.id).toSorted());
  const left = async (): Promise<string[]> => {
    const listed = await git("worktree", "list", "--porcelain");
    const known = listed.filter((line) => line.startsWith("worktree ")).slice(1);
    const projects = await readdir(worktreesDirectory);
    const names = projects.map((name) => readdir(join(worktreesDirectory, name)));
    return [...known, ...(await Promise.all(names)).flat()];
  };
  // They are removed once the spec is complete, a moment after it says so; git fsck faults one that is half removed.
  for (const endMs = Date.now() + 10_000; Date.now() < endMs && (await left()).length > 0;) {
    await sleep(50);
  }
  expect(await left()).toEqual([]);
  expect(await git("fsck", "--no-dangling", "--no-progress", "--connectivity-only")).toEqual([]);
  await expectNoOrphans(world.directory, { except: [server.pid] });
  await expectTestsPass(world, path, main);
}

async function expectTestsPass(world: DemoWorld, clone: string, branch: string): Promise<void> {
  const checkout = join(world.directory, "checkout");
  await run("git", ["clone", "--quiet", "--branch", branch, clone, checkout]);
  await run("npm", ["test", "--silent"], { cwd: checkout });
}

/** The locks of a home, and the file by which a server is found. */
export async function holdsOf(layout: HomeLayout): Promise<string[]> {
  const names = await readdir(layout.runDirectory);
  return names.filter((name) => name.includes(".lock") || name === "server.json");
}

/** To be called once no server runs: the store agrees with its own rules, and nothing holds a lock. */
export async function expectSoundStore(server: ServerProcess): Promise<void> {
  const { layout } = server;
  await using store = await openStore({
    home: layout,
    clock: { now: () => Date.now() },
    randomBytes,
  });
  expect(await checkStore(store)).toEqual([]);
  expect((await holdsOf(layout)).filter((name) => name !== "db.lock")).toEqual([]);
}
