import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryPlugins } from "./installed-plugins.ts";
import { runChange } from "./spawn-change.ts";

const commit = "rename /hello/current";

/** The link that is about to become `current`; and locks, which mean nothing after a power cut. */
const needsNoSync = (path: string): boolean => /^\/(hello\/\.current\.|\.locks\/)/.test(path);

/** What is changed and not synced since, at the moments when something is renamed and then when `current` is. */
async function unsyncedAtRenames(changesFile: string): Promise<Record<string, string[]>> {
  const unsynced = new Set<string>();
  const found: Record<string, string[]> = {};
  for (const line of (await readFile(changesFile, "utf8")).trimEnd().split("\n")) {
    const [call = "", below = ""] = line.split(/ (.*)/);
    const path = below === "" ? "/" : below;
    if (line === commit) return { ...found, [line]: [...unsynced] };
    if (call === "sync") unsynced.delete(path);
    else if (!needsNoSync(path)) {
      if (call === "rename") {
        // A file is renamed from its temporary name, a version from the staging directory.
        const source = path.startsWith("/hello/versions/") ? /^\/\.staging\/./ : /\.tmp$/;
        found[line] = [...unsynced].filter((other) => source.test(other));
        for (const other of found[line]) unsynced.delete(other);
      }
      if (call === "open" || call === "chmod" || call === "writeFile") unsynced.add(path);
      // What is made in the staging directory leaves it again before the commit.
      if (call !== "chmod" && dirname(path) !== "/.staging" && path !== "/") {
        unsynced.add(dirname(path));
      }
    }
  }
  throw new Error("there was no commit");
}

for (const action of ["install", "upgrade"]) {
  test(`${action}: every file, folder and link is synced before the link is moved`, async () => {
    const plugins = await temporaryPlugins();
    const changesFile = join((await temporaryPlugins()).directory, "changes");
    if (action === "upgrade") await runChange(plugins, ["install", "hello", "0.9.0"]);
    expect(await runChange(plugins, [action, "hello", "1.0.0"], { changesFile })).toBe("done");
    const found = await unsyncedAtRenames(changesFile);
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(action === "upgrade" ? 4 : 3);
    expect(Object.entries(found).filter(([, paths]) => paths.length > 0)).toEqual([]);
  });
}
