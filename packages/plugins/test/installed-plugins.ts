/** What the tests look at: plugins as somebody finds them who knows nothing of how they are installed. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { pluginLayout, pluginsLayout } from "../src/index.ts";
import type { PluginRecord, PluginsLayout } from "../src/index.ts";
import { pluginNamed } from "./staged-plugin.ts";

/** An empty directory for plugins, removed when the test ends. */
export async function temporaryPlugins(): Promise<PluginsLayout> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "aomori-plugins-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return pluginsLayout(directory);
}

/**
 * The version that a reader of the older layout finds: what `NAME.json` says and what `NAME/plugin` says must be of one
 * version, or neither be there.
 */
export async function versionSeen(plugins: PluginsLayout, name: string): Promise<string> {
  const { recordLink, pluginLink } = pluginLayout(plugins, pluginNamed(name));
  const record = await readFile(recordLink, "utf8").catch(absent);
  const said = await promisify(execFile)(pluginLink).then(({ stdout }) => stdout, absent);
  const version = record === "absent" ? "absent" : (JSON.parse(record) as PluginRecord).version;
  expect(said, `what ${name} says when its record is that of ${version}`).toBe(
    version === "absent" ? "absent" : `${version} ${version}\n`,
  );
  return version;
}

function absent(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "absent";
  throw error;
}

/** Names of plugins' own files that the tests put beside the installation. */
export const dataFile = "state.txt";

/** Nothing is there but whole versions, current or previous, and what belongs to them. */
export async function expectTidy(plugins: PluginsLayout): Promise<void> {
  const { stagingDirectory, journalDirectory, locksDirectory } = plugins;
  for (const directory of [stagingDirectory, journalDirectory, locksDirectory]) {
    expect(await readdir(directory).catch(() => []), directory).toEqual([]);
  }
  const expected = [
    "current",
    "plugin",
    "viewer",
    ".settings.json",
    ".in-use",
    "versions",
    dataFile,
  ];
  for (const entry of await readdir(plugins.directory, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || !entry.isDirectory()) continue;
    const { directory, settingsFile, currentLink, versionsDirectory, inUseDirectory } =
      pluginLayout(plugins, pluginNamed(entry.name));
    const names = await readdir(directory);
    expect(names.filter((name) => !expected.includes(name))).toEqual([]);
    if (!names.includes("current")) {
      expect(names, "what an uninstallation leaves").toEqual([dataFile]);
      continue;
    }
    expect(await readdir(inUseDirectory)).toEqual([]);
    const current = await realpath(currentLink);
    const settings = await readFile(settingsFile, "utf8").catch(() => "{}");
    const { previous } = JSON.parse(settings) as { previous?: string };
    const kept = [current.slice(versionsDirectory.length + 1), previous];
    const versions = await readdir(versionsDirectory);
    expect(versions.filter((id) => !kept.includes(id))).toEqual([]);
  }
}
