import type { ByteString } from "../byte-text.ts";
import type { ErrorItem } from "../record.ts";
import { joinPath, readDirectory } from "./directory.ts";
import type { DirectoryEntry } from "./directory.ts";
import { pathErrorItem } from "./errno.ts";
import { statOf } from "./facts.ts";
import type { FileKind } from "./kinds.ts";
import { kindOfMode } from "./kinds.ts";

export interface WalkEntry {
  readonly path: ByteString;
  readonly name: ByteString;
  readonly kind: FileKind;
  /** 0 is a starting point. */
  readonly depth: number;
}

export interface WalkOptions {
  readonly maxDepth: number;
  /** A link among the starting points is followed. */
  readonly followRoots: boolean;
}

/** Below this many open directories the rest is read at once, so that no depth runs out of descriptors. */
const maxOpenDirectories = 64;

/** A starting point and everything below it, each directory before what lies in it, in the directories' own order. */
export function* walk(
  root: ByteString,
  options: WalkOptions,
): Generator<WalkEntry | ErrorItem, void> {
  let kind: FileKind;
  try {
    kind = kindOfMode(rootStats(root, options).mode);
  } catch (error) {
    yield pathErrorItem(error, "find", root);
    return;
  }
  yield { path: root, name: root, kind, depth: 0 };
  if (kind !== "directory" || options.maxDepth < 1) return;
  const open: { readonly path: ByteString; readonly entries: Iterator<DirectoryEntry> }[] = [
    { path: root, entries: readDirectory(root) },
  ];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const step = nextEntry(top.path, top.entries);
    if ("error" in step) yield step;
    if ("error" in step || step.entry === undefined) {
      open.pop();
      continue;
    }
    const { name, kind: entryKind } = step.entry;
    const path = joinPath(top.path, name);
    yield { path, name, kind: entryKind, depth: open.length };
    if (entryKind !== "directory" || open.length >= options.maxDepth) continue;
    open.push({ path, entries: entriesAt(path, open.length) });
  }
}

function entriesAt(path: ByteString, depth: number): Iterator<DirectoryEntry> {
  const entries = readDirectory(path);
  return depth < maxOpenDirectories ? entries : [...entries].values();
}

function rootStats(root: ByteString, { followRoots }: WalkOptions): { readonly mode: number } {
  const own = statOf(root);
  if (!followRoots || kindOfMode(own.mode) !== "symlink") return own;
  try {
    return statOf(root, true);
  } catch {
    return own; // A dangling link is an entry itself.
  }
}

function nextEntry(
  path: ByteString,
  entries: Iterator<DirectoryEntry>,
): ErrorItem | { readonly entry: DirectoryEntry | undefined } {
  try {
    const step = entries.next();
    return { entry: step.done === true ? undefined : step.value };
  } catch (error) {
    return pathErrorItem(error, "read", path);
  }
}
