import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getPlugin, markRun, pluginLayout, recover, setEnabled } from "../../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "../installed-plugins.ts";
import { spawnChange } from "../spawn-change.ts";
import { install, pluginNamed, upgrade } from "../staged-plugin.ts";

const hello = pluginNamed("hello");

test("of 20 processes that install one plugin at once one does, and 19 are told why not", async () => {
  const plugins = await temporaryPlugins();
  const processes = Array.from({ length: 20 }, (_, index) =>
    spawnChange(plugins, ["install", "hello", `${index}.0.0`], { waitsForInput: true }),
  );
  await Promise.all(processes.map(({ ready }) => ready));
  for (const { child } of processes) child.stdin?.end("go\n");
  const answers = await Promise.all(processes.map(async ({ ended }) => (await ended).answer));
  const winners = answers.flatMap((answer, index) => (answer === "done" ? [`${index}.0.0`] : []));
  expect(winners).toHaveLength(1);
  const losers = answers.filter((answer) => answer !== "done");
  expect(losers).toHaveLength(19);
  for (const answer of losers) expect(["ALREADY_INSTALLED", "PLUGIN_BUSY"]).toContain(answer);
  expect(await versionSeen(plugins, "hello")).toBe(winners[0]);
  await expectTidy(plugins);
});

test("installations, upgrades, rollbacks and uninstallations at once each happen or say why not", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  await upgrade(plugins, "hello", "2.0.0");
  const data = join(pluginLayout(plugins, hello).directory, dataFile);
  await writeFile(data, "mine");
  const words = ["install", "upgrade", "rollback", "uninstall", "disable"];
  const processes = Array.from({ length: 15 }, (_, index) => {
    const action = words[index % words.length] ?? "";
    return spawnChange(plugins, [action, "hello", `3.0.${index}`], { waitsForInput: true });
  });
  await Promise.all(processes.map(({ ready }) => ready));
  for (const { child } of processes) child.stdin?.end("go\n");
  const answers = await Promise.all(processes.map(async ({ ended }) => (await ended).answer));
  const clean = [
    "done",
    "PLUGIN_BUSY",
    "ALREADY_INSTALLED",
    "PLUGIN_NOT_FOUND",
    "NO_PREVIOUS_VERSION",
  ];
  for (const answer of answers) expect(clean).toContain(answer);
  // Whoever came first was in nobody's way; that its change was possible too is chance.
  expect(answers.some((answer) => answer !== "PLUGIN_BUSY")).toBe(true);
  const version = await versionSeen(plugins, "hello");
  expect((await getPlugin(plugins, hello))?.record.version ?? "absent").toBe(version);
  expect(await readFile(data, "utf8")).toBe("mine");
  await expectTidy(plugins);
});

test("runs that begin while another process upgrades, rolls back and uninstalls find their version whole to the end", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  const { child, ready, ended } = spawnChange(plugins, ["churn", "hello", "2.0"]);
  await ready;
  const versions = new Set<string>();
  let absences = 0;
  for (const endMs = performance.now() + 6_000; performance.now() < endMs;) {
    using run = markRun(layout);
    if (run === undefined) {
      absences += 1;
      await new Promise(setImmediate);
      continue;
    }
    const read = async (path: string): Promise<string> =>
      await readFile(join(run.versionDirectory, path), "utf8");
    const version = await read("parts/version.txt");
    // Long enough for several changes to go by.
    if (versions.size % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await read("plugin"), "the program of the version that was marked").toContain(version);
    expect(JSON.parse(await read("record.json"))).toMatchObject({ version });
    versions.add(version);
  }
  child.kill("SIGKILL");
  await ended;
  expect(versions.size).toBeGreaterThan(5);
  console.log(`runs saw ${versions.size} versions, and ${absences} times none`);
  await recover(plugins);
  // A version that a run held when the last change looked goes with the next change.
  if ((await getPlugin(plugins, hello)) !== undefined) await setEnabled(plugins, hello, true);
  await expectTidy(plugins);
});
