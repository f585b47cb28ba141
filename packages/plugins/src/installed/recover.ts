import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isCodedError } from "@aomori/protocol";
import type { CodedError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import { namesIn } from "./durable-files.ts";
import { readJournal } from "./journal.ts";
import { pluginLayout } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import { lockPlugin } from "./plugin-lock.ts";
import { pluginName } from "./record-schema.ts";
import { settle } from "./settle.ts";
import type { Settled } from "./settle.ts";

/** What was done about what a process left behind; `cleaned`: no change had begun, only files lay about. */
export type Recovery =
  | { readonly key: string; readonly outcome: Settled | "cleaned" }
  /** A living process works on the plugin: what lies about is its own. */
  | { readonly key: string; readonly outcome: "busy" }
  | { readonly key: string; readonly outcome: "failed"; readonly error: CodedError };

/**
 * Ends every change that was cut off, forward or back, and removes what dead processes left. Costs three reads of
 * directories when there is nothing to do. One plugin that cannot be recovered keeps no other from it.
 */
export async function recover(plugins: PluginsLayout): Promise<Recovery[]> {
  const recoveries: Recovery[] = [];
  for (const key of await unsettledKeys(plugins)) recoveries.push(await recoverOne(plugins, key));
  return recoveries;
}

/** Keys of plugins that a change, its lock or its leftovers are there of. */
export async function unsettledKeys(plugins: PluginsLayout): Promise<string[]> {
  const journals = await namesIn(plugins.journalDirectory);
  const staged = await namesIn(plugins.stagingDirectory);
  const locks = await namesIn(plugins.locksDirectory);
  const keys = [
    ...journals.map((name) => journalKey(name)),
    ...staged.map((name) => stagingKey(name)),
    ...locks.map((name) => lockKey(name)),
  ];
  return [...new Set(keys.filter((key) => key !== undefined))].sort();
}

export interface Leftover {
  readonly kind: "unfinished_change" | "staging_leftover" | "stale_lock";
  readonly path: string;
}

/** What is there of one plugin besides itself. Whether a living process still needs it is not asked here. */
export async function leftoversOf(plugins: PluginsLayout, key: string): Promise<Leftover[]> {
  const found = async (
    kind: Leftover["kind"],
    directory: string,
    keyOf: (name: string) => string | undefined,
  ): Promise<Leftover[]> =>
    (await namesIn(directory))
      .filter((name) => keyOf(name) === key)
      .map((name) => ({ kind, path: join(directory, name) }));
  return [
    ...(await found("unfinished_change", plugins.journalDirectory, journalKey)),
    ...(await found("staging_leftover", plugins.stagingDirectory, stagingKey)),
    ...(await found("stale_lock", plugins.locksDirectory, lockKey)),
  ];
}

/** Does the same for one plugin whose lock the caller holds. */
export async function recoverLocked(
  plugins: PluginsLayout,
  key: string,
): Promise<Settled | "cleaned"> {
  try {
    for (const { kind, path } of await leftoversOf(plugins, key)) {
      const isHalfWritten = kind === "unfinished_change" && path.endsWith(".tmp");
      if (kind === "staging_leftover" || isHalfWritten) await rm(path, { recursive: true });
    }
  } catch (error) {
    throw ioError(error, `cannot remove what is left of a change of plugin ${key}`);
  }
  const journal = await readJournal(join(plugins.journalDirectory, `${key}.json`));
  if (journal === undefined) return "cleaned";
  return settle(plugins, pluginLayout(plugins, journal.name), journal);
}

async function recoverOne(plugins: PluginsLayout, key: string): Promise<Recovery> {
  try {
    await using _lock = await lockPlugin(pluginLayout(plugins, pluginName.parse(key)));
    return { key, outcome: await recoverLocked(plugins, key) };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return error.code === "PLUGIN_BUSY"
      ? { key, outcome: "busy" }
      : { key, outcome: "failed", error };
  }
}

/** The folder that an operation fills before its content becomes a version. */
export const stagingFolder = (plugins: PluginsLayout, key: string, operation: string): string =>
  join(plugins.stagingDirectory, `${key}.${operation}`);

const stagingKey = (name: string): string | undefined =>
  /^(?<key>.+)\.[0-9a-f]{12}$/.exec(name)?.groups?.["key"];

/** Of `<key>.json`, and of the file `.<key>.json.<uuid>.tmp` that it is written as. */
const journalKey = (name: string): string | undefined =>
  /^(?<key>[^.].*)\.json$/.exec(name)?.groups?.["key"] ??
  /^\.(?<key>.+)\.json\.[0-9a-f-]{36}\.tmp$/.exec(name)?.groups?.["key"];

/** Of `<key>.lock`, and of what those that race for a lock make beside it. */
const lockKey = (name: string): string | undefined =>
  /^(?<key>.+)\.lock$/.exec(name)?.groups?.["key"] ??
  /^(?<key>.+)\.lock\.(?:\d+\.[0-9a-f-]{36}\.tmp|after-[0-9a-f]{32})$/.exec(name)?.groups?.["key"];
