import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ioError } from "@aomori/system";
import type { PluginName } from "../names/names.ts";
import { kindOf } from "./durable-files.ts";
import { requirePlugin } from "./list-plugins.ts";
import { recordFileName } from "./plugin-layout.ts";
import type { PluginsLayout } from "./plugin-layout.ts";
import type { InstalledFile } from "./plugin-record.ts";
import { hashOf, isExecutableLink } from "./seal-version.ts";

/** One file that is not as it was installed. */
export interface Deviation {
  /** Relative to the version's folder. */
  readonly path: string;
  readonly problem: "missing" | "changed" | "mode_changed" | "unexpected";
  /** What was found instead, in words. */
  readonly found: string;
}

export type Verification =
  | {
      readonly kind: "verified";
      readonly path: string;
      readonly files: number;
      readonly size_bytes: number;
      /** By path; none: all is as it was installed. */
      readonly deviations: readonly Deviation[];
    }
  /** There is nothing to hold the files against. */
  | { readonly kind: "unrecorded"; readonly path: string; readonly reason: string };

/** Hashes every file of the current version again. PLUGIN_NOT_FOUND, PLUGIN_BROKEN. */
export async function verifyPlugin(
  plugins: PluginsLayout,
  name: PluginName,
): Promise<Verification> {
  const { path, kind, record } = await requirePlugin(plugins, name);
  if (kind !== "installed" || record.files === undefined) {
    const reason = {
      linked: "it is linked to a folder that changes at will",
      by_hand: "it was put there by hand",
      installed: "its record lists no files",
    }[kind];
    return { kind: "unrecorded", path, reason };
  }
  try {
    const recorded = new Map(record.files.map((file) => [file.path, file]));
    const present = await pathsBelow(path);
    const deviations: Deviation[] = [];
    for (const file of recorded.values()) deviations.push(...(await compareFile(path, file)));
    for (const found of present) {
      if (recorded.has(found.path) || isExpected(found)) continue;
      deviations.push({ path: found.path, problem: "unexpected", found: found.kind });
    }
    deviations.sort((a, b) => (a.path < b.path ? -1 : 1));
    const size_bytes = record.files.reduce((sum, file) => sum + file.size_bytes, 0);
    return { kind: "verified", path, files: recorded.size, size_bytes, deviations };
  } catch (error) {
    throw ioError(error, `cannot verify plugin ${name}`);
  }
}

async function compareFile(directory: string, file: InstalledFile): Promise<Deviation[]> {
  const path = join(directory, file.path);
  const kind = await kindOf(path);
  if (kind === undefined) return [{ path: file.path, problem: "missing", found: "nothing" }];
  if (kind !== "file") return [{ path: file.path, problem: "changed", found: `a ${kind}` }];
  const handle = await open(path, "r");
  try {
    const sha256 = await hashOf(handle.createReadStream({ autoClose: false }));
    const stats = await handle.stat();
    if (sha256 !== file.sha256) {
      const found = `${stats.size} bytes with sha256 ${sha256}`;
      return [{ path: file.path, problem: "changed", found }];
    }
    const mode = (stats.mode & 0o7777).toString(8);
    if (mode === file.mode) return [];
    return [{ path: file.path, problem: "mode_changed", found: `mode ${mode}` }];
  } finally {
    await handle.close();
  }
}

interface Present {
  readonly path: string;
  readonly kind: "a file" | "a link" | "something else";
}

async function pathsBelow(root: string): Promise<Present[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      path: join(entry.parentPath, entry.name).slice(root.length + 1),
      kind: entry.isFile() ? "a file" : entry.isSymbolicLink() ? "a link" : "something else",
    }));
}

const isExpected = ({ path, kind }: Present): boolean =>
  path === recordFileName || (kind === "a link" && isExecutableLink(path));
