import { spawnSync } from "node:child_process";
import { chmod, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isCodedError } from "@aomori/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TestContext } from "vitest";
import {
  getPlugin,
  listPlugins,
  markRun,
  openPlugins,
  pluginLayout,
  rollbackPlugin,
  setEnabled,
  uninstallPlugin,
} from "../../src/index.ts";
import type { PluginsLayout } from "../../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "../installed-plugins.ts";
import { install, pluginNamed, upgrade } from "../staged-plugin.ts";

const hello = pluginNamed("hello");

const mount = (...words: readonly string[]): boolean =>
  spawnSync("mount", [...words], { stdio: "ignore" }).status === 0;

/** Plugins on a file system of their own, small; only root can make one. */
async function smallDisk(context: TestContext, sizeKilobytes: number): Promise<PluginsLayout> {
  const plugins = await temporaryPlugins();
  const options = `size=${sizeKilobytes}k`;
  if (!mount("-t", "tmpfs", "-o", options, "tmpfs", plugins.directory)) {
    context.skip("SKIPPED: no tmpfs can be mounted here, so that no disk gets full");
  }
  onTestFinished(() => {
    spawnSync("umount", ["-l", plugins.directory]);
  });
  return plugins;
}

/** Takes all the space but so many kilobytes; the file that does. */
async function fillUp(plugins: PluginsLayout, freeKilobytes: number): Promise<string> {
  const filler = join(plugins.directory, ".filler");
  const file = await open(filler, "w");
  const page = Buffer.alloc(4_096);
  let sizeBytes = 0;
  try {
    for (;;) sizeBytes += (await file.write(page)).bytesWritten;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    await file.truncate(Math.max(0, sizeBytes - freeKilobytes * 1_024));
    await file.close();
  }
  return filler;
}

/** What `stage` throws when it cannot write travels up as it is. */
function rawCode(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") return "DISK_FULL";
  throw error;
}

describe("a disk that is full", () => {
  test("keeps the old version at whatever moment it fills up, and leaves nothing over", async (context) => {
    const plugins = await smallDisk(context, 1_024);
    await install(plugins, "hello", "0.9.0");
    await upgrade(plugins, "hello", "1.0.0");
    const data = join(pluginLayout(plugins, hello).directory, dataFile);
    await writeFile(data, "mine");
    const answers = new Set<string>();
    // An upgrade needs about 90 KiB: from nothing to enough, a page at a time.
    for (let freeKilobytes = 0; freeKilobytes <= 140; freeKilobytes += 4) {
      const filler = await fillUp(plugins, freeKilobytes);
      const before = await versionSeen(plugins, "hello");
      const answer = await upgrade(plugins, "hello", `2.0.${freeKilobytes}`).then(
        ({ version }) => version,
        (error: unknown) => (isCodedError(error) ? error.code : rawCode(error)),
      );
      const expected = answer.startsWith("2.") ? answer : before;
      expect(await versionSeen(plugins, "hello"), `with ${freeKilobytes} KiB free`).toBe(expected);
      await expectTidy(plugins);
      answers.add(answer.startsWith("2.") ? "done" : answer);
      await rm(filler);
    }
    expect([...answers].sort()).toEqual(["MANIFEST_PERSIST", "PLUGIN_DIR_CREATE", "done"]);
    expect(await readFile(data, "utf8")).toBe("mine");
  });

  test("is no hindrance to uninstalling and says so to whoever disables", async (context) => {
    const plugins = await smallDisk(context, 512);
    await install(plugins, "hello", "1.0.0");
    await upgrade(plugins, "hello", "2.0.0");
    const filler = await fillUp(plugins, 0);
    await expect(setEnabled(plugins, hello, false)).rejects.toMatchObject({ code: "DISK_FULL" });
    await expect(rollbackPlugin(plugins, hello)).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(await getPlugin(plugins, hello)).toMatchObject({ status: "enabled" });
    expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
    await rm(filler);
    await expectTidy(plugins);
    await uninstallPlugin(plugins, hello, { purgeData: false });
    expect(await versionSeen(plugins, "hello")).toBe("absent");
  });
});

describe("a directory that cannot be written", () => {
  async function readOnly(context: TestContext): Promise<PluginsLayout> {
    const isRoot = process.getuid?.() === 0;
    const plugins = isRoot ? await smallDisk(context, 1_024) : await temporaryPlugins();
    await install(plugins, "hello", "1.0.0");
    await upgrade(plugins, "hello", "2.0.0");
    if (isRoot) expect(mount("-o", "remount,ro", plugins.directory)).toBe(true);
    else await chmodAll(plugins, 0o555);
    if (!isRoot) onTestFinished(() => chmodAll(plugins, 0o755));
    return plugins;
  }

  /** Root may write everywhere but on a file system that is read-only; others where the mode says so. */
  async function chmodAll(plugins: PluginsLayout, mode: number): Promise<void> {
    const { directory, versionsDirectory } = pluginLayout(plugins, hello);
    const { stagingDirectory, journalDirectory, locksDirectory } = plugins;
    const shared = [stagingDirectory, journalDirectory, locksDirectory, plugins.directory];
    for (const path of [...shared, directory, versionsDirectory]) await chmod(path, mode);
  }

  test("is read and run all the same, and changed by nothing", async (context) => {
    const plugins = await readOnly(context);
    const { recoveries, layout } = await openPlugins(plugins.directory);
    expect(recoveries).toEqual([]);
    expect(await listPlugins(layout)).toMatchObject({ total: 1 });
    const run = markRun(pluginLayout(plugins, hello));
    expect(run?.versionDirectory).toBe((await getPlugin(plugins, hello))?.path);
    run?.release();
    const refused = { code: "PERMISSION_DENIED", category: "io" };
    await expect(upgrade(plugins, "hello", "3.0.0")).rejects.toMatchObject({
      code: "PLUGIN_DIR_CREATE",
      category: "io",
      details: { reason: "PERMISSION_DENIED" },
    });
    await expect(rollbackPlugin(plugins, hello)).rejects.toMatchObject(refused);
    await expect(setEnabled(plugins, hello, false)).rejects.toMatchObject(refused);
    await expect(uninstallPlugin(plugins, hello, { purgeData: true })).rejects.toMatchObject(
      refused,
    );
    expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
  });

  test("is named when a plugin is to be installed below it", async (context) => {
    const { directory } = await readOnly(context);
    const { layout } = await openPlugins(join(directory, "new"));
    const installing = install(layout, "hello", "1.0.0");
    await expect(installing).rejects.toMatchObject({
      code: "PLUGIN_DIR_CREATE",
      details: { reason: "PERMISSION_DENIED" },
      message: expect.stringContaining(join(directory, "new")),
    });
  });
});
