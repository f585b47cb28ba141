import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Workplace, ended, events } from "../run-cli.ts";

let place: Workplace;
let directory: string;
beforeAll(() => {
  place = new Workplace();
  directory = join(place.home, "..", "pocketbook");
});
afterAll(() => place[Symbol.dispose]());

const ofType = (all: readonly Record<string, unknown>[], type: string): Record<string, unknown>[] =>
  all.filter((event) => event["type"] === type);

test("the demo turns a description into merged, tested code, as one valid stream", () => {
  const { status, stdout, stderr } = place.run(["demo", "--dir", directory, "--format", "jsonl"]);
  expect(stderr).toContain("no model is asked");
  const all = events(stdout);
  expect(all[0]).toMatchObject({ type: "aoi:meta", command: "demo" });
  expect(ofType(all, "aoi:meta")).toHaveLength(1);
  expect(all.at(-1)).toMatchObject({ type: "aoi:summary", ok: true, error_count: 0 });
  expect(status).toBe(0);
  const [done] = ofType(all, "demo.completed");
  expect(done).toMatchObject({ phase: "COMPLETE", tests_failed: 0, repository: directory });
  expect(done?.["tests_passed"]).toBeGreaterThan(20);
  for (const type of [
    "phase.retrying",
    "merge.conflict",
    "steering.acknowledged",
    "discovery.created",
  ]) {
    expect(ofType(all, type).length, type).toBeGreaterThan(0);
  }
  const seqs = all.map(({ seq }) => seq).filter((seq) => typeof seq === "number");
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  const id = String(done?.["spec_id"]);
  lookAtIt(id, String(done?.["commit"]));
});

/** What the demo's last lines promise. */
function lookAtIt(id: string, commit: string): void {
  const table = (argv: readonly string[]): string => {
    const { status, stdout, stderr } = place.run([...argv, "--format", "table"]);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  expect(table(["spec", "status", id])).toContain("Phase: COMPLETE (7/7)");
  expect(table(["dag", "show", id])).toContain("Critical path: TSK-");
  expect(table(["task", "diff", "TSK-001"])).toContain("+++ b/");
  expect(table(["task", "result", "TSK-001"])).toContain("files changed");
  expect(table(["task", "show", "TSK-006"])).toMatch(/Depends on: TSK-\d+ \(done\)/);
  expect(table(["dag", "merge-status", id])).toContain("Test gate: green (27 passed, 0 failed)");
  expect(table(["spec", "logs", id])).toContain("REQUIREMENTS → DESIGN");
  expect(table(["spec", "logs", id])).not.toContain("agent.tool_call");
  expect(table(["spec", "logs", id, "--follow", "--steps"])).toContain("agent.tool_call");
  expect(table(["task", "logs", "TSK-001", "--follow"])).toContain("task.completed");
  expect(table(["spec", "wait", id, "--until", "TASKS"])).toContain("Status: done");
  expect(table(["task", "list", "--status", "done", "--spec", id])).toContain("TSK-008");
  expect(table(["dag", "show", id, "--watch"])).toContain("Critical path");
  const [agent] = place.json(["agent", "list", "--limit", "1"]) as [{ id: string }];
  expect(place.json(["agent", "inspect", agent.id])).toMatchObject({
    agent_id: agent.id,
    next_cursor: null,
  });
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" }).trim();
  const before = git("rev-parse", "main");
  git("branch", "result", "main");
  expect(place.run(["dag", "merge", id, "--into", "main", "--yes"]).status).toBe(73);
  expect(place.run(["dag", "merge", id, "--into", "result"]).status).toBe(64);
  expect(git("rev-parse", "result")).toBe(before);
  expect(table(["dag", "merge", id, "--into", "result", "--yes"])).toContain("result moved from");
  expect([git("rev-parse", "result"), git("rev-parse", "main")]).toEqual([commit, before]);
}

test("Ctrl-C ends the demo honestly and cancels what its script can no longer answer", async () => {
  const child = place.start(["demo", "--dir", join(place.home, "..", "left"), "--format", "jsonl"]);
  const interrupted = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk) => {
      if (!String(chunk).includes("task.started")) return;
      child.kill("SIGINT");
      resolve();
    });
  });
  const [ran] = await Promise.all([ended(child), interrupted]);
  const all = events(ran.stdout);
  expect(ran.status).toBe(130);
  expect(all.at(-1)).toMatchObject({ type: "aoi:summary", ok: false, partial: true });
  const id = String(ofType(all, "demo.started")[0]?.["spec_id"]);
  expect(ran.stderr).toContain(`spec ${id} was cancelled`);
  expect(place.json(["spec", "status", id])).toMatchObject({ status: "cancelled" });
  const wait = place.run(["spec", "wait", id, "--format", "json"]);
  expect(wait.status).toBe(73);
  expect(JSON.parse(wait.stdout)).toMatchObject({ error: { code: "SPEC_CANCELLED" } });
});

test("a scenario that cannot be carried out fails with its reason", () => {
  const repo = ["--repo", join(place.home, "nowhere")];
  const missing = place.run([
    "demo",
    "--scenario",
    join(place.home, "none.json"),
    "--format",
    "jsonl",
  ]);
  expect(missing.status).toBe(74);
  expect(events(missing.stdout).at(-1)).toMatchObject({ ok: false });
  const nowhere = place.run(["demo", ...repo, "--format", "json"]);
  expect(nowhere.status).toBe(66);
  expect(nowhere.stdout).toContain("nowhere");
  expect(existsSync(join(place.home, "nowhere"))).toBe(false);
});

test("waiting gives up after its timeout with status 124", () => {
  const [{ id }] = place.json(["spec", "list", "--status", "completed"]) as [{ id: string }];
  expect(place.run(["spec", "wait", id, "--timeout", "5s"]).status).toBe(0);
  const stream = place.run(["events", "stream", "--timeout", "500ms", "--format", "jsonl"]);
  expect(stream.status).toBe(124);
  expect(events(stream.stdout).at(-1)).toMatchObject({ ok: false });
});
