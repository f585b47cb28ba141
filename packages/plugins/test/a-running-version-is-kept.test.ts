import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markRun, pluginLayout, recover, rollbackPlugin, uninstallPlugin } from "../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "./installed-plugins.ts";
import { install, pluginNamed, upgrade } from "./staged-plugin.ts";

const hello = pluginNamed("hello");

test("a version that is run stays through any number of upgrades, and goes with the next after the run", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  const run = markRun(layout);
  for (const version of ["2.0.0", "3.0.0", "4.0.0"]) await upgrade(plugins, "hello", version);
  const part = join(run?.versionDirectory ?? "", "parts/version.txt");
  expect(await readFile(part, "utf8")).toBe("1.0.0");
  expect(await readdir(layout.versionsDirectory)).toHaveLength(3);
  run?.release();
  await upgrade(plugins, "hello", "5.0.0");
  await expect(readFile(part)).rejects.toMatchObject({ code: "ENOENT" });
  await expectTidy(plugins);
});

test("a run of an uninstalled plugin keeps its files until it ends, then the next recovery removes them", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  await writeFile(join(layout.directory, dataFile), "mine");
  const run = markRun(layout);
  await uninstallPlugin(plugins, hello, { purgeData: true });
  expect(await versionSeen(plugins, "hello")).toBe("absent");
  expect(await readdir(layout.directory)).toEqual([".in-use", "versions"]);
  const part = join(run?.versionDirectory ?? "", "parts/version.txt");
  expect(await readFile(part, "utf8")).toBe("1.0.0");
  expect(markRun(layout), "a run that would begin now").toBeUndefined();
  expect(await recover(plugins)).toEqual([{ key: "hello", outcome: "rolled_forward" }]);
  expect(await readFile(part, "utf8"), "after a recovery during the run").toBe("1.0.0");
  run?.release();
  await recover(plugins);
  expect(await readdir(plugins.directory)).toEqual([".journal", ".locks", ".staging"]);
  await expectTidy(plugins);
});

test("a plugin can be installed anew, and rolled back, while a run of the uninstalled one goes on", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  using run = markRun(layout) ?? expect.fail("nothing to run");
  await uninstallPlugin(plugins, hello, { purgeData: false });
  await install(plugins, "hello", "2.0.0");
  await upgrade(plugins, "hello", "3.0.0");
  await rollbackPlugin(plugins, hello);
  expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
  const part = join(run.versionDirectory, "parts/version.txt");
  expect(await readFile(part, "utf8")).toBe("1.0.0");
});

test("the mark of a dead process keeps nothing", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  const [id = ""] = await readdir(layout.versionsDirectory);
  await writeFile(join(layout.inUseDirectory, `${id}~${2 ** 22 - 1}~00ff00ff00ff`), "");
  await upgrade(plugins, "hello", "2.0.0");
  await upgrade(plugins, "hello", "3.0.0");
  await expectTidy(plugins);
  expect(await readdir(layout.versionsDirectory)).not.toContain(id);
});

test("two runs of one process are two marks", async () => {
  const plugins = await temporaryPlugins();
  const layout = pluginLayout(plugins, hello);
  await install(plugins, "hello", "1.0.0");
  const first = markRun(layout);
  const second = markRun(layout);
  first?.release();
  await upgrade(plugins, "hello", "2.0.0");
  await upgrade(plugins, "hello", "3.0.0");
  expect(await readdir(second?.versionDirectory ?? "")).toContain("plugin");
  second?.release();
});
