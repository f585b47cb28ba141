import { realpath } from "node:fs/promises";
import { basename, relative } from "node:path";
import { UserError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";
import { builtFile } from "../authoring/pack-plugin.ts";
import { readProjectManifest } from "../authoring/release-files.ts";
import type { PluginEntry, PluginRecord } from "../installed/plugin-record.ts";
import { chooseEntry } from "../manifest/choose-entry.ts";
import type { ChosenEntry } from "../manifest/choose-entry.ts";
import type { HostPlatform } from "../manifest/host-platform.ts";
import type { ManifestNotice } from "../manifest/notice.ts";

export interface LinkedPlugin {
  /** All of its record but what it is called here and where it lies. */
  readonly record: Omit<PluginRecord, "name" | "origin">;
  readonly notices: readonly ManifestNotice[];
  /** By its manifest, or else its directory. */
  readonly defaultName: string;
  /** Without links in it. */
  readonly directory: string;
}

export interface LinkedOptions {
  readonly host: HostPlatform;
  readonly installedBy: string;
  readonly nowMs: number;
}

/**
 * Reads a developer's directory as a plugin to be run where it lies: the program is the one that was built there for this machine. Throws
 * MANIFEST_NOT_FOUND and what reading a manifest throws, UNSUPPORTED_PLATFORM, and PROGRAM_NOT_BUILT.
 */
export async function readLinked(
  given: string,
  { host, installedBy, nowMs }: LinkedOptions,
): Promise<LinkedPlugin> {
  const directory = await realDirectory(given);
  const { manifest, notices, path: source } = await readProjectManifest(directory);
  const choice = chooseEntry(manifest, host);
  const entry = await entryIn(directory, choice.entry);
  return {
    directory,
    defaultName: manifest.name ?? basename(directory),
    notices: [...notices, ...choice.notices],
    record: {
      ...manifest,
      source,
      assets: [],
      ...(entry === undefined ? {} : { entry }),
      has_viewer: manifest.viewer_zip !== undefined,
      trust: { level: "none" },
      untrusted: false,
      installed_at: new Date(nowMs).toISOString(),
      installed_by: installedBy,
    },
  };
}

async function realDirectory(given: string): Promise<string> {
  try {
    return await realpath(given);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw ioError(error, `cannot look at ${given}`);
    const message = `there is no directory ${given}; name the one with the plugin's manifest`;
    throw new UserError("not_found", "DIRECTORY_NOT_FOUND", message, { details: { path: given } });
  }
}

async function entryIn(directory: string, chosen: ChosenEntry): Promise<PluginEntry | undefined> {
  if (chosen.kind === "viewer_only") return undefined;
  const built = await builtFile(directory, chosen.asset);
  if (built === undefined) {
    throw new UserError(
      "not_found",
      "PROGRAM_NOT_BUILT",
      `neither dist/${chosen.asset} nor ${chosen.asset} is in ${directory}; build the plugin first`,
      { details: { directory, asset: chosen.asset } },
    );
  }
  const file = relative(directory, built);
  return chosen.kind === "native"
    ? { kind: "native", file, platform: chosen.platform }
    : { kind: "script", file, runtime: chosen.runtime };
}
