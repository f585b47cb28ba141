import { SpecSettings, fromWire, newId } from "@aomori/contract";
import type { ProjectId, SpecId } from "@aomori/contract";
import type { Workspaces } from "@aomori/engine";
import { insertProject, insertSpec, localOrgId, openStore, updateSpec } from "@aomori/store";
import { homeLayout, setCredential } from "@aomori/system";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProviderKeyRing } from "../src/provider-keys.ts";
import { projectSettings, readLimits } from "../src/settings.ts";
import { tidyWorktrees } from "../src/tidy-worktrees.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runtime-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("settings", () => {
  const read = async (config: string, own?: string) => {
    const configFile = join(directory, "config.toml");
    await writeFile(configFile, config);
    const repository = join(directory, "cart");
    await mkdir(repository, { recursive: true });
    if (own !== undefined) await writeFile(join(repository, ".aomori.toml"), own);
    return projectSettings(configFile, { name: "cart", directory: repository });
  };

  test("of the repository go before those of its project, and these before the general ones", async () => {
    const config =
      'model = "general"\nagent = "pi"\n[projects.cart]\nmodel = "cart"\nthreshold = 0.8\n';
    expect(await read(config)).toMatchObject({
      agent: "pi",
      model: "cart",
      settings: { threshold: 0.8 },
    });
    expect(
      await read(config, 'threshold = 0.9\ntest_command = ["make", "test"]\ngates = ["TASKS"]\n'),
    ).toEqual({
      agent: "pi",
      model: "cart",
      baseUrl: undefined,
      gates: ["TASKS"],
      settings: { threshold: 0.9, testCommand: ["make", "test"] },
    });
  });

  test("that make no sense are refused with the file and the field", async () => {
    await expect(read("", "threshold = 7\n")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/^\.aomori\.toml: threshold: /),
    });
    await expect(read("[projects.cart]\nmax_attempts = 0\n")).rejects.toMatchObject({
      message: expect.stringContaining("[projects.cart]: max_attempts"),
    });
  });

  test("of limits have defaults and are checked", async () => {
    const file = join(directory, "limits.toml");
    await writeFile(file, "");
    expect(await readLimits(file)).toEqual({
      global: 10,
      perProject: 5,
      perDriver: {},
      confinesCommands: true,
    });
    await writeFile(
      file,
      "[limits]\nglobal = 3\nconfine_commands = false\n[limits.drivers]\nclaude = 1\n",
    );
    expect(await readLimits(file)).toEqual({
      global: 3,
      perProject: 5,
      perDriver: { claude: 1 },
      confinesCommands: false,
    });
    await writeFile(file, "[limits]\nglobal = 0\n");
    await expect(readLimits(file)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

test("a key that travelled with a request goes before the stored one, until its spec is over", async () => {
  const file = join(directory, "credentials");
  const ring = new ProviderKeyRing(file);
  await ring.refresh();
  const spec = "spec_0000000000";
  expect(ring.keysFor(spec)).toEqual({});
  await setCredential(file, "openai", "stored");
  expect(ring.keysFor(spec)).toEqual({});
  await ring.refresh();
  ring.remember(spec, { anthropic: "travelled" });
  ring.remember(spec, { openai: "newer" });
  expect(ring.keysFor(spec)).toEqual({ openai: "newer", anthropic: "travelled" });
  expect(ring.keysFor("spec_1111111111")).toEqual({ openai: "stored" });
  ring.forget(spec);
  expect(ring.keysFor(spec)).toEqual({ openai: "stored" });
});

test("worktrees of every open spec are kept, however many specs a project has had", async () => {
  const home = homeLayout({ AOMORI_HOME: join(directory, "home") });
  await mkdir(dirname(home.databaseDirectory), { recursive: true });
  await using store = await openStore({ home, clock: { now: () => Date.now() }, randomBytes });
  const projectId = newId("proj", randomBytes);
  const open: SpecId[] = [];
  await store.transaction(localOrgId, async (tx) => {
    await insertProject(tx, {
      id: projectId,
      name: "cart",
      repository: "/cart",
      defaultBranch: "main",
    });
    for (let nth = 0; nth < 250; nth += 1) {
      const id = newId("spec", randomBytes);
      await insertSpec(tx, {
        id,
        projectId,
        title: "A cart",
        description: "x",
        gates: [],
        baseBranch: "main",
        baseCommit: "0123456789",
        integrationBranch: `aomori/${id}/main`,
        agent: "builtin",
        model: null,
        settings: fromWire(SpecSettings, SpecSettings.parse({})),
        createdBy: "ada",
      });
      if (nth % 50 === 0) open.push(id);
      else updateSpec(tx, id, { status: nth % 2 === 0 ? "completed" : "cancelled" });
    }
  });
  const asked: { projectId: ProjectId; wanted: SpecId[] }[] = [];
  const reconcile: Workspaces["reconcile"] = async (project, wanted) => {
    asked.push({ projectId: project, wanted: wanted.map(({ specId }) => specId) });
    return ["/worktrees/left-behind"];
  };
  const told: string[] = [];
  const note = (message: string): void => void told.push(message);
  await tidyWorktrees(store, { reconcile }, { info: note, warn: note, error: note });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.projectId).toBe(projectId);
  expect(asked[0]?.wanted.toSorted()).toEqual(open.toSorted());
  expect(told).toEqual(["removed an orphaned worktree"]);
});
