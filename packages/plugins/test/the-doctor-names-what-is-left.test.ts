import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifySelf } from "@aomori/system";
import { expect, test } from "vitest";
import {
  checkInstallation,
  installVersion,
  openPlugins,
  pluginLayout,
  setPin,
} from "../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "./installed-plugins.ts";
import { install, pluginNamed, recordOf, stageProgram } from "./staged-plugin.ts";

const hello = pluginNamed("hello");

test("a sound installation has no findings, and its sizes are told", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  await writeFile(join(pluginLayout(plugins, hello).directory, dataFile), Buffer.alloc(40_000, 1));
  const { findings, disk } = await checkInstallation(plugins);
  expect(findings).toEqual([]);
  expect(disk).toEqual([
    { name: "hello", versions_bytes: expect.any(Number), data_bytes: expect.any(Number) },
  ]);
  expect(disk[0]?.versions_bytes).toBeGreaterThan(70_000);
  expect(disk[0]?.data_bytes).toBeGreaterThanOrEqual(40_000);
  expect(disk[0]?.data_bytes).toBeLessThan(70_000);
});

test("what dead processes left is named, and opening removes it", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello.lock.x", "1.0.0");
  const { stagingDirectory, journalDirectory, locksDirectory } = plugins;
  const dead = { pid: 2 ** 22 - 1, startTime: "another boot:1", nonce: "n" };
  const lock = JSON.stringify({ ...dead, lockedAt: new Date(0).toISOString() });
  await writeFile(join(locksDirectory, "hello.lock.x.lock"), lock);
  await mkdir(join(stagingDirectory, "gone.0123456789ab/parts"), { recursive: true });
  const change = { kind: "uninstall", purge_data: false };
  const started_at = new Date(0).toISOString();
  const journal = { schema: 1, name: "hello.lock.x", change, started_at };
  await writeFile(join(journalDirectory, "hello.lock.x.json"), JSON.stringify(journal));

  expect((await checkInstallation(plugins)).findings).toMatchObject([
    { kind: "staging_leftover", path: join(stagingDirectory, "gone.0123456789ab") },
    { kind: "unfinished_change", path: join(journalDirectory, "hello.lock.x.json") },
    { kind: "stale_lock", path: join(locksDirectory, "hello.lock.x.lock") },
  ]);
  const { recoveries } = await openPlugins(plugins.directory);
  expect(recoveries).toEqual([
    { key: "gone", outcome: "cleaned" },
    { key: "hello.lock.x", outcome: "rolled_back" },
  ]);
  expect((await checkInstallation(plugins)).findings).toEqual([]);
  expect(await versionSeen(plugins, "hello.lock.x")).toBe("1.0.0");
  await expectTidy(plugins);
});

test("a lock whose pid is another process's by now is nobody's", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const recycled = { pid: (await identifySelf()).pid, startTime: "another boot:1", nonce: "n" };
  const { lockFile } = pluginLayout(plugins, hello);
  const lockedAt = new Date(0).toISOString();
  await writeFile(lockFile, JSON.stringify({ ...recycled, lockedAt }));
  expect(await setPin(plugins, hello, true)).toMatchObject({ pinned: true });
  await expectTidy(plugins);
});

test("a change under way is told of, refuses others by its pid, and is left alone by a recovery", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const record = recordOf("hello", "2.0.0");
  const options = { mode: "upgrade", origin: record.origin } as const;
  await installVersion(plugins, hello, options, async (staging) => {
    await stageProgram(staging, "2.0.0");
    await expect(setPin(plugins, hello, true)).rejects.toMatchObject({
      code: "PLUGIN_BUSY",
      retryable: true,
      message: expect.stringContaining(`process ${process.pid};`),
    });
    expect((await checkInstallation(plugins)).findings).toMatchObject([
      { kind: "change_under_way", message: expect.stringContaining(`process ${process.pid} `) },
    ]);
    expect((await openPlugins(plugins.directory)).recoveries).toEqual([
      { key: "hello", outcome: "busy" },
    ]);
    return record;
  });
  expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
});

test("whoever waits gets the plugin once it is free", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const record = recordOf("hello", "2.0.0");
  const options = { mode: "upgrade", origin: record.origin } as const;
  let pinning: Promise<unknown> = Promise.resolve();
  await installVersion(plugins, hello, options, async (staging) => {
    pinning = setPin(plugins, hello, true, { waitMs: 20_000 });
    await stageProgram(staging, "2.0.0");
    return record;
  });
  expect(await pinning).toMatchObject({
    pinned: true,
    previous: expect.stringMatching(/^1\.0\.0-/),
  });
});

test("a broken plugin and a link that leads nowhere are named with what to do", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  await install(plugins, "other", "1.0.0");
  await rm(pluginLayout(plugins, hello).currentLink);
  await rm(pluginLayout(plugins, pluginNamed("other")).pluginLink);
  expect((await checkInstallation(plugins)).findings).toMatchObject([
    { kind: "broken_plugin", remedy: expect.stringContaining("plugins uninstall hello") },
    { kind: "dangling_link", path: pluginLayout(plugins, pluginNamed("other")).pluginLink },
  ]);
  await install(plugins, "hello", "2.0.0", { mode: "upgrade" });
  await install(plugins, "other", "2.0.0", { mode: "upgrade" });
  expect((await checkInstallation(plugins)).findings, "after an upgrade of both").toEqual([]);
});

test("one journal that cannot be read keeps no other plugin from its recovery", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  await writeFile(join(plugins.journalDirectory, "bad.json"), "{");
  await mkdir(join(plugins.stagingDirectory, "hello.0123456789ab"));
  const { recoveries } = await openPlugins(plugins.directory);
  expect(recoveries).toMatchObject([
    { key: "bad", outcome: "failed", error: { code: "MALFORMED_FILE" } },
    { key: "hello", outcome: "cleaned" },
  ]);
});

test("opening makes nothing where no plugin was ever installed", async () => {
  const { directory } = await temporaryPlugins();
  const plugins = join(directory, "never");
  expect(await openPlugins(plugins)).toMatchObject({ recoveries: [] });
  await expect(rm(plugins)).rejects.toMatchObject({ code: "ENOENT" });
});
