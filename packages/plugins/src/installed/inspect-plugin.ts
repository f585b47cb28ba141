import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isCodedError } from "@aomori/protocol";
import { ioError, isRecord } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { currentVersion, versionDirectory } from "./current-version.ts";
import { isAbsent, kindOf, namesIn } from "./durable-files.ts";
import { readOlderPlugin } from "./older-plugin.ts";
import { pluginLayout, recordFileName } from "./plugin-layout.ts";
import type { PluginLayout, PluginsLayout } from "./plugin-layout.ts";
import type { PluginRecord } from "./plugin-record.ts";
import { broken } from "./plugin-state.ts";
import type { PluginState } from "./plugin-state.ts";
import { firstIssue, recordSchema } from "./record-schema.ts";
import { readSettings } from "./settings.ts";
import { whyNoFile, whyNotExecutable } from "./why-not-executable.ts";

/**
 * What is there of a plugin; undefined when it is not installed, which it is not either while its first installation or
 * the rest of its removal is under way. Takes no lock: what it answers was so at one moment.
 */
export async function inspectPlugin(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<PluginState | undefined> {
  const layout = pluginLayout(plugins, name);
  try {
    const id = await currentVersion(layout);
    if (id !== undefined) return await inspectVersion(layout, id);
    if ((await kindOf(layout.recordLink)) === "file") return await readOlderPlugin(layout);
    return await inspectRemains(plugins, layout);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return broken(layout, error.message, layout.directory);
  }
}

/** Something is there and no version is current: a change under way, data that an uninstallation left, or damage. */
async function inspectRemains(
  plugins: PluginsLayout,
  layout: PluginLayout,
): Promise<PluginState | undefined> {
  const hasVersions = (await namesIn(layout.versionsDirectory)).length > 0;
  if (!hasVersions && (await kindOf(layout.recordLink)) !== "link") return undefined;
  if ((await kindOf(layout.journalFile)) !== undefined) return undefined;
  if ((await currentVersion(layout)) !== undefined) return inspectPlugin(plugins, layout.name);
  // The change that made this or was about to remove it may just have ended.
  const isStillThere =
    (await namesIn(layout.versionsDirectory)).length > 0 ||
    (await kindOf(layout.recordLink)) === "link";
  return isStillThere
    ? broken(layout, `${layout.currentLink} is missing`, layout.directory)
    : undefined;
}

async function inspectVersion(layout: PluginLayout, id: string): Promise<PluginState | undefined> {
  const directory = versionDirectory(layout, id);
  const read = await readVersionRecord(layout, id);
  if ("reason" in read) {
    // Two changes may have passed since the link was read.
    const now = await currentVersion(layout);
    if (now === undefined) return undefined;
    return now === id ? broken(layout, read.reason, directory) : inspectVersion(layout, now);
  }
  const { record } = read;
  const { enabled, pinned, previous } = await readSettings(layout);
  return {
    name: layout.name,
    status: enabled ? "enabled" : "disabled",
    kind: record.origin.kind === "link" ? "linked" : "installed",
    pinned,
    record,
    path: directory,
    ...(previous === undefined || previous === id ? {} : { previous }),
  };
}

/** The record of a version that can be run, or why it cannot. */
export async function readVersionRecord(
  layout: PluginLayout,
  id: string,
): Promise<{ readonly record: PluginRecord } | { readonly reason: string }> {
  const directory = versionDirectory(layout, id);
  if ((await kindOf(directory)) !== "directory") {
    return { reason: `version ${id}, which is the current one, is missing` };
  }
  const text = await readIfThere(join(directory, recordFileName));
  if (text === undefined) return { reason: `version ${id} has no ${recordFileName}` };
  const parsed = parseRecord(layout.name, text);
  if ("reason" in parsed) return parsed;
  const reason = await whyNotRunnable(parsed.record, directory);
  return reason === undefined ? parsed : { reason };
}

function parseRecord(
  name: PluginName,
  text: string,
): { readonly record: PluginRecord } | { readonly reason: string } {
  const unreadable = (why: string) => ({ reason: `its ${recordFileName} cannot be read: ${why}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return unreadable(error.message);
  }
  if (isRecord(value) && typeof value["schema"] === "number" && value["schema"] !== 1) {
    return {
      reason: `its ${recordFileName} is of schema ${value["schema"]}, which a newer aomori reads`,
    };
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) return unreadable(firstIssue(parsed.error));
  const record: PluginRecord = parsed.data;
  return record.name === name
    ? { record }
    : { reason: `its ${recordFileName} is that of plugin ${record.name}` };
}

/** Why the file that starts a plugin cannot do so. */
async function whyNotRunnable(
  { entry, origin }: PluginRecord,
  directory: string,
): Promise<string | undefined> {
  if (entry === undefined) return undefined;
  const path = join(origin.kind === "link" ? origin.directory : directory, entry.file);
  return entry.kind === "native" ? whyNotExecutable(path) : whyNoFile(path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw ioError(error, `cannot read ${path}`);
  }
}
