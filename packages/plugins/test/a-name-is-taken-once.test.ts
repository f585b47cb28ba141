import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  getPlugin,
  installVersion,
  listPlugins,
  pluginLayout,
  refuseTakenName,
  setEnabled,
  uninstallPlugin,
} from "../src/index.ts";
import { expectTidy, temporaryPlugins, versionSeen } from "./installed-plugins.ts";
import {
  githubOrigin,
  install,
  pluginNamed,
  recordOf,
  stageProgram,
  upgrade,
} from "./staged-plugin.ts";

const hello = pluginNamed("hello");

test("an installed plugin is not installed again without an upgrade, and nothing is fetched for it", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const { origin } = recordOf("hello", "2.0.0");
  let isStaged = false;
  const again = installVersion(plugins, hello, { mode: "install", origin }, async () => {
    isStaged = true;
    return recordOf("hello", "2.0.0");
  });
  await expect(again).rejects.toMatchObject({
    code: "ALREADY_INSTALLED",
    category: "conflict",
    message: expect.stringMatching(/version 1\.0\.0 .*--upgrade/),
  });
  expect(isStaged).toBe(false);
  expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
  await expectTidy(plugins);
});

test("another owner's repository of that name is told to take another, also by an upgrade", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const origin = githubOrigin("mallory", "hello");
  for (const mode of ["install", "upgrade"] as const) {
    await expect(
      refuseTakenName(plugins, hello, { mode, repository: "mallory/hello" }),
    ).rejects.toMatchObject({
      code: "NAME_TAKEN",
      message: expect.stringMatching(/alice\/hello, not from mallory\/hello; .*--as NAME/),
    });
  }
  await install(plugins, "hello-2", "1.0.0", { origin, record: { origin } });
  expect(await getPlugin(plugins, pluginNamed("hello-2"))).toMatchObject({ record: { origin } });
});

test("GitHub's names are the same in upper and lower case", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "hello", "1.0.0");
  const origin = githubOrigin("ALICE", "Hello");
  await upgrade(plugins, "hello", "2.0.0", { origin, record: { origin } });
  expect(await versionSeen(plugins, "hello")).toBe("2.0.0");
});

test("a name that differs by case alone is taken, until that plugin is gone", async () => {
  const plugins = await temporaryPlugins();
  await install(plugins, "Hello", "1.0.0");
  await expect(upgrade(plugins, "hello", "1.0.0")).rejects.toMatchObject({ code: "NAME_TAKEN" });
  await uninstallPlugin(plugins, pluginNamed("Hello"), { purgeData: false });
  await install(plugins, "hello", "1.0.0");
  expect(await versionSeen(plugins, "hello")).toBe("1.0.0");
});

test("what somebody put there by hand is read and run, and changed by nothing", async () => {
  const plugins = await temporaryPlugins();
  const { directory, recordLink } = pluginLayout(plugins, hello);
  await mkdir(directory);
  await stageProgram(directory, "0.3.0");
  const manifest = { description: "by hand", version: "0.3.0", mobile_ready: false };
  await writeFile(recordLink, JSON.stringify(manifest));
  expect(await listPlugins(plugins)).toMatchObject({
    total: 1,
    plugins: [
      {
        name: "hello",
        status: "enabled",
        kind: "by_hand",
        path: recordLink,
        record: { name: "hello", source: recordLink, version: "0.3.0", entry: { file: "plugin" } },
      },
    ],
  });
  const refusal = { code: "PLUGIN_NOT_MANAGED", message: expect.stringContaining(recordLink) };
  await expect(upgrade(plugins, "hello", "1.0.0")).rejects.toMatchObject(refusal);
  await expect(setEnabled(plugins, hello, false)).rejects.toMatchObject(refusal);
  await expect(uninstallPlugin(plugins, hello, { purgeData: true })).rejects.toMatchObject(refusal);
  expect(await versionSeen(plugins, "hello")).toBe("0.3.0");
  expect(JSON.parse(await readFile(recordLink, "utf8"))).toEqual(manifest);
});

test("a persisted record of the older layout keeps its source", async () => {
  const plugins = await temporaryPlugins();
  const { directory, recordLink } = pluginLayout(plugins, hello);
  await mkdir(directory);
  await stageProgram(directory, "0.3.0");
  const source = "https://raw.example/alice/hello/HEAD/manifest.json";
  const record = { name: "hello", description: "d", version: "0.3.0", license: "MIT", source };
  await writeFile(recordLink, JSON.stringify(record));
  expect(await getPlugin(plugins, hello)).toMatchObject({ record: { source, license: "MIT" } });
  await writeFile(recordLink, JSON.stringify({ ...record, name: "other" }));
  await expect(getPlugin(plugins, hello)).rejects.toMatchObject({ code: "PLUGIN_BROKEN" });
});

test("a file in the place of one of our links is not replaced", async () => {
  const plugins = await temporaryPlugins();
  const { directory, viewerLink } = pluginLayout(plugins, hello);
  await mkdir(viewerLink, { recursive: true });
  await writeFile(join(viewerLink, "mine.txt"), "mine");
  await expect(install(plugins, "hello", "1.0.0")).rejects.toMatchObject({
    code: "PLUGIN_PATH_OCCUPIED",
    message: expect.stringContaining(viewerLink),
  });
  expect(await readdir(directory)).toEqual(["viewer"]);
  expect(await readFile(join(viewerLink, "mine.txt"), "utf8")).toBe("mine");
});
