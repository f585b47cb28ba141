import { execFileSync } from "node:child_process";
import { lutimes, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getPlugin, listPlugins, pluginLayout, setEnabled, setPin } from "../src/index.ts";
import type { ListRequest, PluginName, PluginPage, PluginsLayout } from "../src/index.ts";
import { temporaryPlugins } from "./installed-plugins.ts";
import { install, pluginNamed, recordOf } from "./staged-plugin.ts";

/** What an installation leaves, made by hand: quickly, and of a time that can be chosen. */
async function put(plugins: PluginsLayout, name: string, installedAt: string): Promise<void> {
  const layout = pluginLayout(plugins, pluginNamed(name));
  const version = join(layout.versionsDirectory, "1");
  await mkdir(version, { recursive: true });
  const record = recordOf(name, "1.0.0", {
    installed_at: installedAt,
    has_viewer: name.startsWith("v"),
  });
  const { entry: _, ...looked } = record;
  await writeFile(join(version, "record.json"), JSON.stringify(looked));
  await symlink("versions/1", layout.currentLink);
  const at = new Date(installedAt);
  await lutimes(layout.currentLink, at, at);
}

/** All pages, each asked for with what the one before gave out. */
async function pagesOf(
  plugins: PluginsLayout,
  limit: number,
  by: "cursor" | "offset",
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const names: string[] = [];
  let request: ListRequest | undefined = { limit };
  while (request !== undefined) {
    const page: PluginPage = await listPlugins(plugins, request);
    names.push(...page.plugins.map(({ name }) => name));
    const { next_cursor: cursor, next_offset: offset } = page;
    if (cursor === null || offset === null) break;
    request = by === "cursor" ? { limit, cursor } : { limit, offset };
    await between();
  }
  return names;
}

const day = (index: number): string => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();

describe("pages of plugins", () => {
  test("join to the whole list, newest first and equal times by name, whatever their size", async () => {
    // Small numbers, so that many are of the same day.
    const installation = fc.record({
      name: fc.stringMatching(/^[a-c][a-z0-9]{0,3}$/),
      day: fc.integer({ min: 0, max: 3 }),
    });
    const installations = fc.uniqueArray(installation, {
      selector: ({ name }) => name,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(installations, fc.integer({ min: 1, max: 5 }), async (wanted, limit) => {
        const plugins = await temporaryPlugins();
        for (const { name, day: at } of wanted) await put(plugins, name, day(at));
        const expected = wanted
          .toSorted((a, b) => b.day - a.day || (a.name < b.name ? -1 : 1))
          .map(({ name }) => name);
        const whole = await listPlugins(plugins, { limit: 1_000 });
        expect(whole.plugins.map(({ name }) => name)).toEqual(expected);
        expect(whole).toMatchObject({
          total: wanted.length,
          next_offset: null,
          next_cursor: null,
        });
        expect(await pagesOf(plugins, limit, "cursor")).toEqual(expected);
        expect(await pagesOf(plugins, limit, "offset")).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("show each plugin once that was there all the time, though others come between the pages", async () => {
    const plugins = await temporaryPlugins();
    const there = Array.from({ length: 20 }, (_, index) => `p${index}`);
    for (const [index, name] of there.entries()) await put(plugins, name, day(index % 7));
    let count = 0;
    const names = await pagesOf(plugins, 3, "cursor", async () => {
      count += 1;
      await put(plugins, `new${count}`, day(30 + count));
      await put(plugins, `late${count}`, day(count % 7));
    });
    expect(names.filter((name) => name.startsWith("p")).sort()).toEqual(there.toSorted());
    expect(new Set(names).size).toBe(names.length);
  });

  test("show no plugin as broken while it is being installed, upgraded and uninstalled", async () => {
    const plugins = await temporaryPlugins();
    const names = ["a", "b", "c", "d"];
    const over = new AbortController();
    const changing = Promise.all(
      names.map(async (name) => {
        await install(plugins, name, "1.0.0");
        for (const version of ["2.0.0", "3.0.0", "4.0.0"]) {
          await install(plugins, name, version, { mode: "upgrade" });
        }
      }),
    ).finally(() => over.abort());
    const seen = new Set<PluginName>();
    while (!over.signal.aborted) {
      const page = await listPlugins(plugins);
      expect(page.plugins.filter(({ status }) => status === "broken")).toEqual([]);
      for (const { name } of page.plugins) seen.add(name);
      for (const name of seen) expect(page.plugins.map((plugin) => plugin.name)).toContain(name);
    }
    await changing;
    expect((await listPlugins(plugins)).total).toBe(names.length);
  });

  test("leave out what has no viewer when only those are asked for", async () => {
    const plugins = await temporaryPlugins();
    for (const name of ["v1", "p1", "v2"]) await put(plugins, name, day(1));
    await mkdir(join(plugins.directory, "v3/versions/1"), { recursive: true });
    const page = await listPlugins(plugins, { viewersOnly: true, limit: 1 });
    expect(page).toMatchObject({ total: 2, plugins: [{ name: "v1" }], next_offset: 1 });
  });

  test("read no record but those they show", async () => {
    const plugins = await temporaryPlugins();
    for (const [index, name] of ["a", "b", "c"].entries()) await put(plugins, name, day(index));
    const record = join(pluginLayout(plugins, pluginNamed("b")).versionsDirectory, "1/record.json");
    await rm(record);
    // Whoever opens it waits for ever.
    execFileSync("mkfifo", [record]);
    const first = await listPlugins(plugins, { limit: 1 });
    expect(first).toMatchObject({ total: 3, next_offset: 1, plugins: [{ name: "c" }] });
    const third = await listPlugins(plugins, { limit: 1, offset: 2 });
    expect(third).toMatchObject({ total: 3, next_offset: null, plugins: [{ name: "a" }] });
  });

  test("refuse a cursor that no page gave out", async () => {
    const plugins = await temporaryPlugins();
    for (const cursor of ["", "x", Buffer.from('["a"]').toString("base64url")]) {
      await expect(listPlugins(plugins, { cursor })).rejects.toMatchObject({
        code: "CURSOR_INVALID",
        category: "validation",
      });
    }
  });
});

describe("a listed plugin", () => {
  test("says whether it is disabled and pinned", async () => {
    const plugins = await temporaryPlugins();
    await install(plugins, "a", "1.0.0");
    await install(plugins, "b", "1.0.0");
    await setEnabled(plugins, pluginNamed("a"), false);
    await setPin(plugins, pluginNamed("b"), true);
    expect((await listPlugins(plugins)).plugins).toMatchObject([
      { name: "b", status: "enabled", pinned: true, kind: "installed" },
      { name: "a", status: "disabled", pinned: false, kind: "installed" },
    ]);
  });

  const hello = pluginNamed("hello");
  const damages: readonly {
    readonly what: string;
    readonly damage: (plugins: PluginsLayout, version: string) => Promise<unknown>;
    readonly reason: RegExp;
  }[] = [
    {
      what: "has no current link",
      damage: (plugins) => rm(pluginLayout(plugins, hello).currentLink),
      reason: /hello\/current is missing$/,
    },
    {
      what: "has a link to a version that is gone",
      damage: (_, version) => rm(version, { recursive: true }),
      reason: /^version 1\.0\.0-[0-9a-f]+, which is the current one, is missing$/,
    },
    {
      what: "has a link to somewhere else",
      damage: async (plugins) => {
        const { currentLink } = pluginLayout(plugins, hello);
        await rm(currentLink);
        await symlink("/etc", currentLink);
      },
      reason: /current points to \/etc and not to a version/,
    },
    {
      what: "has no record",
      damage: (_, version) => rm(join(version, "record.json")),
      reason: /has no record\.json$/,
    },
    {
      what: "has a record that is cut short",
      damage: (_, version) => writeFile(join(version, "record.json"), '{"schema": 1, "na'),
      reason: /record\.json cannot be read: .*JSON/,
    },
    {
      what: "has a record without a version",
      damage: (_, version) =>
        writeFile(
          join(version, "record.json"),
          JSON.stringify({ ...recordOf("hello", "1"), version: "../up" }),
        ),
      reason: /record\.json cannot be read: version: /,
    },
    {
      what: "has a record of a later schema",
      damage: (_, version) => writeFile(join(version, "record.json"), '{"schema": 2}'),
      reason: /is of schema 2, which a newer aomori reads$/,
    },
    {
      what: "has the record of another plugin",
      damage: (_, version) =>
        writeFile(join(version, "record.json"), JSON.stringify(recordOf("other", "1.0.0"))),
      reason: /is that of plugin other$/,
    },
    {
      what: "has no program",
      damage: (_, version) => rm(join(version, "plugin")),
      reason: /plugin is missing$/,
    },
    {
      what: "has a program that is not executable",
      damage: async (_, version) => {
        await rm(join(version, "plugin"));
        await writeFile(join(version, "plugin"), "#!/bin/sh\n", { mode: 0o644 });
      },
      reason: /plugin is not executable$/,
    },
    {
      what: "has settings that are no settings",
      damage: (plugins) => writeFile(pluginLayout(plugins, hello).settingsFile, "[]"),
      reason: /\.settings\.json cannot be read/,
    },
  ];
  for (const { what, damage, reason } of damages) {
    test(`is broken when it ${what}, and the others are listed all the same`, async () => {
      const plugins = await temporaryPlugins();
      const { version } = await install(plugins, "hello", "1.0.0");
      await install(plugins, "sound", "1.0.0");
      const path = (await getPlugin(plugins, hello))?.path ?? version;
      await damage(plugins, path);
      const page = await listPlugins(plugins);
      expect(page.plugins.toSorted((a, b) => (a.name > b.name ? -1 : 1))).toMatchObject([
        { name: "sound", status: "enabled" },
        { name: "hello", status: "broken", reason: expect.stringMatching(reason) },
      ]);
      await expect(getPlugin(plugins, hello)).rejects.toMatchObject({
        code: "PLUGIN_BROKEN",
        message: expect.stringMatching(/broken: .*; install it again with --upgrade/),
      });
    });
  }
});
