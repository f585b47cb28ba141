import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { syncDirectory } from "./durable-files.ts";
import { writeJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { pluginLayout } from "./plugin-layout.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import { lockPlugin } from "./plugin-lock.ts";
import type { LockOptions } from "./plugin-lock.ts";
import { recoverLocked } from "./recover.ts";
import { settle } from "./settle.ts";

/** One change of one plugin, by the process that holds its lock. */
export interface PluginChange {
  readonly plugins: PluginsLayout;
  readonly layout: PluginLayout;
  /** Random, part of the names of what this change makes. */
  readonly operation: string;
  /**
   * Writes the journal, makes the change, and settles it: what `make` did not bring to its commit point is taken back.
   * What settling throws after a failed `make` is left to the next recovery; the first failure is the one to tell of.
   */
  readonly journalled: (change: Journal["change"], make: () => Promise<void>) => Promise<void>;
}

/** Runs `work` under the plugin's lock, after whatever an earlier change left half-done has been settled. */
export async function changePlugin<Result>(
  plugins: PluginsLayout,
  name: PluginName,
  options: LockOptions,
  work: (change: PluginChange) => Promise<Result>,
): Promise<Result> {
  const layout = pluginLayout(plugins, name);
  await makeDirectories(plugins);
  const lock = await lockPlugin(layout, options);
  let result: Result;
  try {
    await recoverLocked(plugins, layout.key);
    result = await work(changeOf(plugins, layout));
  } catch (error) {
    // `await using` would throw an error that is neither of the two.
    return await settleAfter(error, () => lock.release());
  }
  await lock.release();
  return result;
}

function changeOf(plugins: PluginsLayout, layout: PluginLayout): PluginChange {
  return {
    plugins,
    layout,
    operation: randomBytes(6).toString("hex"),
    journalled: async (change, make) => {
      const journal = await writeJournal(layout, change);
      try {
        await make();
      } catch (error) {
        await settleAfter(error, () => settle(plugins, layout, journal));
      }
      await settle(plugins, layout, journal);
    },
  };
}

/** Throws the failure; one of settling joins it as its cause where it has none. */
export async function settleAfter(
  failure: unknown,
  settling: () => Promise<unknown>,
): Promise<never> {
  try {
    await settling();
  } catch (error) {
    if (failure instanceof Error && failure.cause === undefined) failure.cause = error;
  }
  throw failure;
}

async function makeDirectories(plugins: PluginsLayout): Promise<void> {
  const { directory, stagingDirectory, journalDirectory, locksDirectory } = plugins;
  try {
    await makeDirectory(directory);
    for (const path of [stagingDirectory, journalDirectory, locksDirectory]) {
      await makeDirectory(path);
    }
  } catch (error) {
    throw ioError(error, `cannot make the directory of plugins ${directory}`);
  }
}

/** Not recursive at first: Node then says ENOENT of a file system that is read-only. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return;
    if (errnoOf(error) !== "ENOENT") throw error;
    await makeDirectory(dirname(path));
    await makeDirectory(path);
  }
}
