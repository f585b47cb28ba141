import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { driverFor, findConfinement } from "../src/index.ts";
import { anthropicAt, follow, requestFor, serverPlaying, worktreeWith } from "./workbench.ts";

const secret = "the secret outside";

async function treeBesideSecret(): Promise<{ worktree: string; outside: string }> {
  const parent = await worktreeWith({ "outside/secret.txt": secret, "tree/inside.txt": "in\n" });
  const worktree = join(parent, "tree");
  const outside = join(parent, "outside");
  await mkdir(join(worktree, "nested/.git"), { recursive: true });
  await writeFile(join(worktree, ".git"), "gitdir: elsewhere\n");
  await writeFile(join(worktree, "nested/.git/config"), "[core]\n");
  await symlink(outside, join(worktree, "link"));
  await symlink(join(outside, "secret.txt"), join(worktree, "link.txt"));
  await symlink(join(outside, "not-there"), join(worktree, "dangling"));
  await symlink("nested/.git", join(worktree, "git-link"));
  return { worktree, outside };
}

test("no tool reads, lists, searches or writes outside of the tree or in .git", async () => {
  const { worktree, outside } = await treeBesideSecret();
  const paths = [
    "../outside/secret.txt",
    "nested/../../outside/secret.txt",
    join(outside, "secret.txt"),
    "link/secret.txt",
    "link.txt",
    "dangling",
    ".git",
    "nested/.git/config",
    "nested/.GIT/config",
    "git-link/config",
  ];
  const calls = paths.flatMap((path) => [
    { tool: "read_file", input: { path } } as const,
    { tool: "list_files", input: { path } } as const,
    { tool: "search", input: { path, pattern: "." } } as const,
    { tool: "write_file", input: { path, content: "overwritten" } } as const,
    { tool: "edit_file", input: { path, old_text: "e", new_text: "x" } } as const,
  ]);
  const server = await serverPlaying({ calls: [calls], text: "done" });
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  const steps = await follow(run).all;
  expect(await run.result).toMatchObject({ kind: "completed" });
  const results = steps.filter(({ type }) => type === "tool_result");
  expect(results).toHaveLength(calls.length);
  for (const result of results) {
    expect(result.data).toMatchObject({ ok: false });
    expect(result.text).toContain("is refused");
  }
  expect(steps.filter(({ type }) => type === "file_change")).toEqual([]);
  expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe(secret);
  expect(await readFile(join(worktree, ".git"), "utf8")).toBe("gitdir: elsewhere\n");
});

test("a search or a listing of the whole tree follows no link out of it", async () => {
  const { worktree } = await treeBesideSecret();
  const server = await serverPlaying({
    calls: [
      [
        { tool: "search", input: { pattern: "." } },
        { tool: "list_files", input: { recursive: true } },
      ],
    ],
    text: "done",
  });
  const run = driverFor("builtin").start(requestFor(worktree, anthropicAt(server)));
  const steps = await follow(run).all;
  const [search, list] = steps.filter(({ type }) => type === "tool_result");
  expect(search?.text).toBe("inside.txt:1:in");
  expect(list?.text).not.toContain("secret.txt");
  expect(list?.text).not.toContain(".git");
});

test("a command gets the caller's variables and no others of this process", async () => {
  const worktree = await worktreeWith({});
  process.env["AOMORI_TEST_SECRET"] = secret;
  const server = await serverPlaying({
    calls: [{ tool: "run_command", input: { command: "env; pwd" } }],
    text: "done",
  });
  const request = requestFor(worktree, anthropicAt(server), {
    env: { GIVEN: "yes" },
    keys: { anthropic: "key-that-stays-secret" },
  });
  const steps = await follow(driverFor("builtin").start(request)).all;
  delete process.env["AOMORI_TEST_SECRET"];
  const result = steps.find(({ type }) => type === "tool_result");
  expect(result?.text).toContain("GIVEN=yes");
  expect(result?.text).toContain(`\n${worktree}\n`);
  expect(JSON.stringify(steps)).not.toContain(secret);
  expect(JSON.stringify(steps)).not.toContain("key-that-stays-secret");
});

/** Outside of what is writable by rule; the temporary folder is not. */
async function guardedFolder(): Promise<string> {
  const folder = await mkdtemp(join(homedir(), "aomori-guarded-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function told(command: string, worktree: string, home: string, confines = true) {
  const server = await serverPlaying({
    calls: [{ tool: "run_command", input: { command } }],
    text: "done",
  });
  const request = requestFor(worktree, anthropicAt(server), { env: { HOME: home } });
  const limits = { ...request.limits, confinesCommands: confines };
  const steps = await follow(driverFor("builtin").start({ ...request, limits })).all;
  return steps.find(({ type }) => type === "tool_result")?.text ?? "";
}

test("a command changes its worktree, its repository and caches, and nothing else of the user's", async (context) => {
  const found = findConfinement(process.env);
  if (typeof found === "string") context.skip(`SKIPPED: ${found}`);
  const home = await guardedFolder();
  const clone = join(home, "clone");
  const worktree = join(home, "work", "tree");
  await mkdir(join(home, ".cache"));
  await mkdir(join(home, ".ssh"));
  await mkdir(join(home, "project"));
  const git = (...args: string[]) => execFileSync("git", ["-C", clone, ...args]);
  execFileSync("git", ["init", "-q", clone]);
  git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "first", "--allow-empty");
  git("worktree", "add", "-q", worktree);
  const attempts = [
    ["ok", "a.txt"],
    ["ok", join(home, ".cache", "built")],
    ["ok", join(tmpdir(), `aomori-written-${process.pid}`)],
    ["refused", join(home, "project", "lost.txt")],
    ["refused", join(home, ".ssh", "authorized_keys")],
    ["refused", join(home, ".profile")],
    ["refused", "../beside.txt"],
    ["refused", "/etc/aomori-was-here"],
  ] as const;
  const script = attempts.map(
    ([, path]) => `(echo x > ${path}) 2>/dev/null && echo ok || echo refused`,
  );
  const commit =
    "git add a.txt && git -c user.name=t -c user.email=t@t commit -qm second && echo committed";
  const text = await told(`${script.join("; ")}; ${commit}`, worktree, home);
  await rm(join(tmpdir(), `aomori-written-${process.pid}`), { force: true });
  expect(text.split("\n").slice(0, attempts.length)).toEqual(
    attempts.map(([expected]) => expected),
  );
  expect(text).toContain("committed");
  expect(await readFile(join(worktree, "a.txt"), "utf8")).toBe("x\n");

  // A link that leads to another repository opens nothing.
  const other = join(home, "project", "worktrees", "tree");
  await mkdir(other, { recursive: true });
  const forge = `echo "gitdir: ${other}" > .git`;
  await told(forge, worktree, home);
  expect(await told(`touch ${join(home, "project", "lost.txt")}`, worktree, home)).toContain(
    "Read-only",
  );
  // Whoever turns it off has it off.
  expect(await told(`touch ${join(home, "project", "kept.txt")}`, worktree, home, false)).toContain(
    "exit code 0",
  );
});
