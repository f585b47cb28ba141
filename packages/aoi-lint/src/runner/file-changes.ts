import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";

export interface FileChange {
  readonly kind: "added" | "removed" | "changed";
  /** Below the folder that was watched. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** Every path below a folder with what tells one state from another. */
export type Snapshot = ReadonlyMap<string, string>;

const maxEntries = 20_000;
const maxHashedBytes = 4 * 1024 * 1024;

/** Undefined when the folder holds more than can be looked at. */
export async function takeSnapshot(folder: string): Promise<Snapshot | undefined> {
  const found = new Map<string, string>();
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      if (found.size >= maxEntries) return undefined;
      const path = join(next, entry.name);
      found.set(relative(folder, path), await describe(path));
      if (entry.isDirectory()) waiting.push(path);
    }
  }
  return found;
}

export function changesBetween(before: Snapshot, after: Snapshot): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, state] of after) {
    const old = before.get(path);
    const isFolder = state.startsWith("folder");
    if (old === undefined) changes.push({ kind: "added", path, isFolder });
    else if (old !== state) changes.push({ kind: "changed", path, isFolder });
  }
  for (const [path, state] of before) {
    const isFolder = state.startsWith("folder");
    if (!after.has(path)) changes.push({ kind: "removed", path, isFolder });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function describe(path: string): Promise<string> {
  const stats = await lstat(path);
  const mode = stats.mode.toString(8);
  if (stats.isDirectory()) return `folder ${mode}`;
  if (stats.isSymbolicLink()) return `link ${await readlink(path)}`;
  if (!stats.isFile()) return `special ${mode}`;
  if (stats.size > maxHashedBytes) return `file ${mode} ${stats.size} ${stats.mtimeMs}`;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return `file ${mode} ${hash.digest("hex")}`;
}
