import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { getPlugin, listPlugins, pluginLayout, pluginsLayout, recover } from "../../src/index.ts";
import type { PluginsLayout } from "../../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "../installed-plugins.ts";
import { runChange, spawnChange } from "../spawn-change.ts";
import { install, pluginNamed, upgrade } from "../staged-plugin.ts";

const hello = pluginNamed("hello");
const atOnce = 2;

interface Scenario {
  readonly name: string;
  /** The state before, made with what is under test. */
  readonly prepare: (plugins: PluginsLayout) => Promise<unknown>;
  readonly words: readonly string[];
  /** What may be seen after a kill. */
  readonly before: string;
  readonly after: string;
  /** Changes to files that the run must have made, or the matrix would not be looking. */
  readonly decisive: readonly string[];
}

/** Two versions, so that an upgrade has an older one to collect. */
async function twoVersions(plugins: PluginsLayout): Promise<void> {
  await install(plugins, "hello", "0.9.0");
  await upgrade(plugins, "hello", "1.0.0");
}

/** An upgrade that died at the change of this name; another process is to clean up. */
const cutOff = (label: string) => async (plugins: PluginsLayout) => {
  await twoVersions(plugins);
  const rehearsal = await temporaryPlugins();
  await twoVersions(rehearsal);
  const changes = await changesOf(rehearsal, ["upgrade", "hello", "2.0.0"]);
  const killAt = changes.indexOf(label) + 1;
  expect(killAt).toBeGreaterThan(0);
  await spawnChange(plugins, ["upgrade", "hello", "2.0.0"], { killAt }).ended;
};

const commit = "rename /hello/current";

const scenarios: readonly Scenario[] = [
  {
    name: "a first installation",
    prepare: (plugins) => mkdir(pluginLayout(plugins, hello).directory),
    words: ["install", "hello", "2.0.0"],
    before: "absent",
    after: "2.0.0",
    decisive: [commit, "symlink /hello.json", "rename /.journal/hello.json"],
  },
  {
    name: "an upgrade",
    prepare: twoVersions,
    words: ["upgrade", "hello", "2.0.0"],
    before: "1.0.0",
    after: "2.0.0",
    decisive: [commit, "rename /hello/.settings.json", "rm /.journal/hello.json"],
  },
  {
    name: "a rollback",
    prepare: twoVersions,
    words: ["rollback", "hello"],
    before: "1.0.0",
    after: "0.9.0",
    decisive: [commit, "rename /hello/.settings.json"],
  },
  {
    name: "an uninstallation",
    prepare: twoVersions,
    words: ["uninstall", "hello"],
    before: "1.0.0",
    after: "absent",
    decisive: ["rm /hello/current", "rm /hello.json", "rmdir /hello/versions"],
  },
  {
    name: "an uninstallation that purges data",
    prepare: twoVersions,
    words: ["purge", "hello"],
    before: "1.0.0",
    after: "absent",
    decisive: ["rm /hello/current", `rm /hello/${dataFile}`, "rmdir /hello"],
  },
  {
    name: "a change of settings",
    prepare: twoVersions,
    words: ["disable", "hello"],
    before: "1.0.0",
    after: "1.0.0",
    decisive: ["rename /hello/.settings.json"],
  },
  {
    name: "the recovery of an upgrade that had not happened",
    prepare: cutOff(commit),
    words: ["recover", "hello"],
    before: "1.0.0",
    after: "1.0.0",
    decisive: ["rename /hello/.settings.json", "rm /.journal/hello.json"],
  },
  {
    name: "the recovery of an upgrade that had happened",
    prepare: cutOff("rm /.journal/hello.json"),
    words: ["recover", "hello"],
    before: "2.0.0",
    after: "2.0.0",
    decisive: ["rm /.journal/hello.json"],
  },
];

/** Every change to files that a run makes, random parts left out of the names. */
async function changesOf(plugins: PluginsLayout, words: readonly string[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "aomori-changes-"));
  const changesFile = join(directory, "changes");
  expect(await runChange(plugins, words, { changesFile })).toBe("done");
  const text = await readFile(changesFile, "utf8");
  await rm(directory, { recursive: true });
  return text.trimEnd().split("\n");
}

const killed = new Map<string, number>();

function countKill(name: string): void {
  killed.set(name, (killed.get(name) ?? 0) + 1);
}

interface KillPoint {
  readonly at: number;
  readonly isHalved: boolean;
  readonly label: string;
}

/** Before each change, and in the middle of those that have one. */
const killPoints = (changes: readonly string[]): KillPoint[] =>
  changes.flatMap((label, index) => {
    const whole = { at: index + 1, isHalved: false, label };
    const hasMiddle = /^(rm|writeFile) /.test(label);
    return hasMiddle ? [whole, { ...whole, isHalved: true }] : [whole];
  });

describe("killed before, and in the middle of, every change to a file", () => {
  for (const scenario of scenarios) {
    test(`${scenario.name} is whole or has not happened, and the next command repairs`, async () => {
      const base = await temporaryPlugins();
      await scenario.prepare(base);
      await writeFile(join(pluginLayout(base, hello).directory, dataFile), "mine");
      const rehearsal = await copyOf(base);
      const changes = await changesOf(rehearsal, scenario.words);
      await rm(rehearsal.directory, { recursive: true });
      expect(changes).toEqual(expect.arrayContaining([...scenario.decisive]));

      const points = killPoints(changes);
      const seen = new Set<string>();
      const work = points.entries();
      const worker = async (): Promise<void> => {
        for (const [index, point] of work) {
          seen.add(await killOnce(scenario, base, point, index % 2 === 0));
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      expect([...seen].sort()).toEqual([...new Set([scenario.after, scenario.before])].sort());
    });
  }
});

/** Kills one run at one point in a copy of its own; what was seen before anything repaired it. */
async function killOnce(
  { name, words, before, after }: Scenario,
  base: PluginsLayout,
  { at, isHalved, label }: KillPoint,
  isRecovered: boolean,
): Promise<string> {
  const plugins = await copyOf(base);
  const { signal, answer } = await spawnChange(plugins, words, { killAt: at, isHalved }).ended;
  expect(signal, `${name}, killed at ${label}, answered ${answer}`).toBe("SIGKILL");
  countKill(name);

  const version = await expectOneOf(plugins, [before, after]);
  if (isRecovered) {
    for (const { outcome } of await recover(plugins)) {
      expect(["rolled_back", "rolled_forward", "cleaned"]).toContain(outcome);
    }
    await expectOneOf(plugins, [version]);
    await expectTidy(plugins);
    expect(await recover(plugins), "a second recovery").toEqual([]);
  }
  await expectData(plugins, words[0] === "purge" && version === "absent");
  await upgrade(plugins, "hello", "9.0.0");
  await expectOneOf(plugins, ["9.0.0"]);
  await expectTidy(plugins);
  await rm(plugins.directory, { recursive: true });
  return version;
}

/** What a reader of files, a run and our own list find is one of these, and the same for all three. */
async function expectOneOf(plugins: PluginsLayout, versions: readonly string[]): Promise<string> {
  const version = await versionSeen(plugins, "hello");
  expect(versions).toContain(version);
  expect((await getPlugin(plugins, hello))?.record.version ?? "absent").toBe(version);
  expect(await listPlugins(plugins)).toMatchObject({ total: version === "absent" ? 0 : 1 });
  return version;
}

async function expectData(plugins: PluginsLayout, mayBePurged: boolean): Promise<void> {
  const { directory } = pluginLayout(plugins, hello);
  const data = await readFile(join(directory, dataFile), "utf8").catch(() => "purged");
  expect(mayBePurged ? ["mine", "purged"] : ["mine"]).toContain(data);
}

async function copyOf({ directory }: PluginsLayout): Promise<PluginsLayout> {
  const copy = await realpath(await mkdtemp(join(tmpdir(), "aomori-killed-")));
  await cp(directory, copy, { recursive: true, verbatimSymlinks: true });
  return pluginsLayout(copy);
}

const randomKills = 30;

test("killed at any moment of upgrades, rollbacks and uninstallations, one whole version or none is there", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const data = join(pluginLayout(plugins, hello).directory, dataFile);
  await writeFile(data, "mine");
  for (let kill = 0; kill < randomKills; kill += 1) {
    const { child, ready, ended } = spawnChange(plugins, ["churn", "hello", `${kill}.0`]);
    await ready;
    await sleep(Math.random() * 300);
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    countKill("any moment");
    const version = await versionSeen(plugins, "hello");
    if (kill % 2 === 0) {
      await recover(plugins);
      expect(await versionSeen(plugins, "hello")).toBe(version);
      await expectTidy(plugins);
    }
    expect(await readFile(data, "utf8")).toBe("mine");
  }
  await upgrade(plugins, "hello", "99.0.0");
  await expectOneOf(plugins, ["99.0.0"]);
  await expectTidy(plugins);
});

test("that was at least 200 kills", (context) => {
  // A filter that runs some of the scenarios proves what those prove.
  if (killed.size < scenarios.length + 1) return context.skip("not every scenario was run");
  const counts = [...killed].map(([name, count]) => `${count} ${name}`);
  console.log(`kills: ${counts.join(", ")}`);
  expect([...killed.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
});
