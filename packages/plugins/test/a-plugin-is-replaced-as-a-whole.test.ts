import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  getPlugin,
  installVersion,
  linkPlugin,
  listPlugins,
  pluginLayout,
  rollbackPlugin,
  setEnabled,
  setPin,
  uninstallPlugin,
} from "../src/index.ts";
import type { PluginRecord } from "../src/index.ts";
import { dataFile, expectTidy, temporaryPlugins, versionSeen } from "./installed-plugins.ts";
import { install, pluginNamed, recordOf, stageProgram, upgrade } from "./staged-plugin.ts";

const hello = pluginNamed("hello");

describe("installing", () => {
  test("makes the plugin readable and runnable in the older layout too, with every file hashed", async () => {
    const plugins = await temporaryPlugins();
    const record = await install(plugins, "hello", "1.0.0");
    expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
    expect(record.files).toEqual([
      { path: "parts/deep/more.bin", sha256: expect.any(String), size_bytes: 70_000, mode: "644" },
      {
        path: "parts/version.txt",
        // printf 1.0.0 | sha256sum
        sha256: "92521fc3cbd964bdc9f584a991b89fddaa5754ed1cc96d6d42445338669c1305",
        size_bytes: 5,
        mode: "644",
      },
      { path: "plugin", sha256: expect.any(String), size_bytes: expect.any(Number), mode: "755" },
    ]);
    const plugin = await getPlugin(plugins, hello);
    expect(plugin).toMatchObject({ status: "enabled", kind: "installed", pinned: false, record });
    await expectTidy(plugins);
  });

  test("leaves nothing behind when fetching fails, and lets the failure through as it is", async () => {
    const plugins = await temporaryPlugins();
    const failure = new Error("the network is gone");
    const { origin } = recordOf("hello", "1.0.0");
    const failing = installVersion(plugins, hello, { mode: "install", origin }, async (staging) => {
      await stageProgram(staging, "1.0.0");
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await readdir(plugins.directory)).toEqual([".journal", ".locks", ".staging"]);
    await expectTidy(plugins);
    expect(await getPlugin(plugins, hello)).toBeUndefined();
  });

  test("stops when it is cancelled, and the version before runs on", async () => {
    const plugins = await temporaryPlugins();
    await install(plugins, "hello", "1.0.0");
    const controller = new AbortController();
    const record = recordOf("hello", "2.0.0");
    const { signal } = controller;
    const options = { mode: "upgrade", origin: record.origin, signal } as const;
    const cancelled = installVersion(plugins, hello, options, async (staging, context) => {
      expect(context.signal).toBe(signal);
      await stageProgram(staging, "2.0.0");
      controller.abort();
      return record;
    });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED", category: "cancelled" });
    expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
    await expectTidy(plugins);
  });

  const refusals: readonly {
    readonly what: string;
    readonly code: string;
    readonly spoil: (staging: string) => Promise<Partial<PluginRecord>>;
  }[] = [
    {
      what: "a link",
      code: "PLUGIN_FILE_REFUSED",
      spoil: async (staging) => {
        await symlink("/etc/passwd", join(staging, "parts/passwd"));
        return {};
      },
    },
    {
      what: "a file by the record's name",
      code: "PLUGIN_FILE_REFUSED",
      spoil: async (staging) => {
        await writeFile(join(staging, "record.json"), "{}");
        return {};
      },
    },
    {
      what: "an entry that is not there",
      code: "PLUGIN_INCOMPLETE",
      spoil: async () => ({ entry: { kind: "script", file: "plugin.py", runtime: "python" } }),
    },
    {
      what: "a record that could not be read back",
      code: "PLUGIN_INCOMPLETE",
      spoil: async () => ({ installed_at: "yesterday" }),
    },
  ];
  for (const { what, code, spoil } of refusals) {
    test(`refuses ${what}`, async () => {
      const plugins = await temporaryPlugins();
      const record = recordOf("hello", "1.0.0");
      const options = { mode: "install", origin: record.origin } as const;
      const refused = installVersion(plugins, hello, options, async (staging) => {
        await stageProgram(staging, "1.0.0");
        return { ...record, ...(await spoil(staging)) };
      });
      await expect(refused).rejects.toMatchObject({ code });
      expect(await versionSeen(plugins, "hello")).toBe("absent");
      await expectTidy(plugins);
    });
  }

  test("takes set-id and group bits off, and makes a native program executable", async () => {
    const plugins = await temporaryPlugins();
    const record = recordOf("hello", "1.0.0");
    const options = { mode: "install", origin: record.origin } as const;
    await installVersion(plugins, hello, options, async (staging) => {
      await stageProgram(staging, "1.0.0");
      await chmod(join(staging, "plugin"), 0o600);
      await chmod(join(staging, "parts/version.txt"), 0o4777);
      return record;
    });
    expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
    const { currentLink } = pluginLayout(plugins, hello);
    expect((await stat(join(currentLink, "parts/version.txt"))).mode & 0o7777).toBe(0o755);
  });
});

describe("upgrading", () => {
  test("keeps data, settings and the version before, and collects the older ones", async () => {
    const plugins = await temporaryPlugins();
    const layout = pluginLayout(plugins, hello);
    await install(plugins, "hello", "1.0.0");
    await writeFile(join(layout.directory, dataFile), "mine");
    await setPin(plugins, hello, true);
    for (const version of ["2.0.0", "3.0.0", "3.0.0", "4.0.0"]) {
      await upgrade(plugins, "hello", version);
      expect(await versionSeen(plugins, "hello")).toBe(version);
      await expectTidy(plugins);
      expect(await readdir(layout.versionsDirectory)).toHaveLength(2);
    }
    expect(await readFile(join(layout.directory, dataFile), "utf8")).toBe("mine");
    expect(await getPlugin(plugins, hello)).toMatchObject({ pinned: true, status: "enabled" });
  });

  test("takes the viewer of the old version away with it", async () => {
    const plugins = await temporaryPlugins();
    const layout = pluginLayout(plugins, hello);
    const record = recordOf("hello", "1.0.0", { has_viewer: true });
    const options = { mode: "install", origin: record.origin } as const;
    await installVersion(plugins, hello, options, async (staging) => {
      await stageProgram(staging, "1.0.0");
      await mkdir(join(staging, "viewer"));
      await writeFile(join(staging, "viewer/index.html"), "<p>");
      return record;
    });
    expect(await readFile(join(layout.viewerLink, "index.html"), "utf8")).toBe("<p>");
    await upgrade(plugins, "hello", "2.0.0");
    await expect(stat(layout.viewerLink)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("rolling back", () => {
  test("runs the version before at once, and a second time the one it came from", async () => {
    const plugins = await temporaryPlugins();
    await install(plugins, "hello", "1.0.0");
    await upgrade(plugins, "hello", "2.0.0");
    expect(await rollbackPlugin(plugins, hello)).toMatchObject({ version: "1.0.0" });
    expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
    expect(await rollbackPlugin(plugins, hello)).toMatchObject({ version: "2.0.0" });
    expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
    await expectTidy(plugins);
  });

  test("is refused where there is no version before, and where that one is damaged", async () => {
    const plugins = await temporaryPlugins();
    await install(plugins, "hello", "1.0.0");
    await expect(rollbackPlugin(plugins, hello)).rejects.toMatchObject({
      code: "NO_PREVIOUS_VERSION",
    });
    await upgrade(plugins, "hello", "2.0.0");
    const previous = (await getPlugin(plugins, hello))?.previous ?? "";
    const { versionsDirectory } = pluginLayout(plugins, hello);
    await chmod(join(versionsDirectory, previous, "record.json"), 0o644);
    await writeFile(join(versionsDirectory, previous, "record.json"), "{");
    await expect(rollbackPlugin(plugins, hello)).rejects.toMatchObject({
      code: "NO_PREVIOUS_VERSION",
      message: expect.stringContaining("cannot be read"),
    });
    expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
    await expect(rollbackPlugin(plugins, pluginNamed("nobody"))).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      category: "not_found",
    });
  });
});

describe("uninstalling", () => {
  test("leaves the plugin's own data, which the next installation finds again", async () => {
    const plugins = await temporaryPlugins();
    const layout = pluginLayout(plugins, hello);
    await install(plugins, "hello", "1.0.0");
    await setEnabled(plugins, hello, false);
    await writeFile(join(layout.directory, dataFile), "mine");
    await uninstallPlugin(plugins, hello, { purgeData: false });
    expect(await versionSeen(plugins, "hello")).toBe("absent");
    expect(await readdir(layout.directory)).toEqual([dataFile]);
    expect(await listPlugins(plugins)).toMatchObject({ total: 0 });
    await install(plugins, "hello", "2.0.0");
    expect(await getPlugin(plugins, hello), "a decision about another installation").toMatchObject({
      status: "enabled",
    });
    expect(await readFile(join(layout.directory, dataFile), "utf8")).toBe("mine");
  });

  test("leaves nothing when data is purged, and is refused where nothing is installed", async () => {
    const plugins = await temporaryPlugins();
    await install(plugins, "hello", "1.0.0");
    const { directory } = pluginLayout(plugins, hello);
    await mkdir(join(directory, "cache/deep"), { recursive: true });
    await uninstallPlugin(plugins, hello, { purgeData: true });
    expect(await readdir(plugins.directory)).toEqual([".journal", ".locks", ".staging"]);
    await expect(uninstallPlugin(plugins, hello, { purgeData: true })).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
    });
  });
});

test("a linked folder runs where it lies, and a rollback brings the installed version back", async () => {
  const plugins = await temporaryPlugins();
  const developed = (await temporaryPlugins()).directory;
  await stageProgram(developed, "dev");
  await install(plugins, "hello", "1.0.0");
  const { origin: _, ...record } = recordOf("hello", "dev");
  await expect(
    linkPlugin(plugins, hello, developed, record, { mode: "install" }),
  ).rejects.toMatchObject({ code: "ALREADY_INSTALLED" });
  await linkPlugin(plugins, hello, developed, record, { mode: "upgrade" });
  expect(await versionSeen(plugins, "hello")).toBe("dev");
  expect(await getPlugin(plugins, hello)).toMatchObject({
    kind: "linked",
    record: { origin: { kind: "link", directory: developed }, files: [] },
  });
  await rollbackPlugin(plugins, hello);
  expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
  await expectTidy(plugins);
});

test("a disabled plugin says so, and is enabled again", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  expect(await setEnabled(plugins, hello, false)).toEqual({ enabled: false, pinned: false });
  expect(await getPlugin(plugins, hello)).toMatchObject({ status: "disabled" });
  await upgrade(plugins, "hello", "2.0.0");
  expect(await getPlugin(plugins, hello), "after an upgrade").toMatchObject({ status: "disabled" });
  await setEnabled(plugins, hello, true);
  expect(await getPlugin(plugins, hello)).toMatchObject({ status: "enabled" });
});
