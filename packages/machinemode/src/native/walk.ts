import type { ByteString } from "../byte-text.ts";
import type { ErrorItem } from "../record.ts";
import { joinPath, readBatches } from "./directory.ts";
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

interface OpenDirectory {
  readonly path: ByteString;
  readonly batches: Iterator<readonly DirectoryEntry[], void>;
  batch: readonly DirectoryEntry[];
  /** How many of the batch are behind us. */
  index: number;
}

/**
 * A starting point and everything below it, each directory before what lies in it, in the directories' own order; as
 * many at once as follow each other in one directory.
 */
export function* walk(
  root: ByteString,
  options: WalkOptions,
): Generator<readonly WalkEntry[] | ErrorItem, void> {
  let kind: FileKind;
  try {
    kind = kindOfMode(rootStats(root, options).mode);
  } catch (error) {
    yield pathErrorItem(error, "find", root);
    return;
  }
  yield [{ path: root, name: root, kind, depth: 0 }];
  if (kind !== "directory" || options.maxDepth < 1) return;
  const open = [opened(root, 0)];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.index === top.batch.length) {
      const step = nextBatch(top);
      if ("error" in step) yield step;
      if ("error" in step || step.batch === undefined) open.pop();
      else Object.assign(top, { batch: step.batch, index: 0 });
      continue;
    }
    const descends = open.length < options.maxDepth;
    const run = nextRun(top, open.length, descends);
    yield run;
    const last = run.at(-1);
    if (descends && last?.kind === "directory") open.push(opened(last.path, open.length));
  }
}

/** The next entries of a directory, up to one to descend into. */
function nextRun(top: OpenDirectory, depth: number, descends: boolean): readonly WalkEntry[] {
  const start = joinPath(top.path, "");
  const run: WalkEntry[] = [];
  while (top.index < top.batch.length) {
    const entry = top.batch[top.index];
    top.index += 1;
    if (entry === undefined) break;
    const { name, kind } = entry;
    run.push({ path: `${start}${name}`, name, kind, depth });
    if (descends && kind === "directory") break;
  }
  return run;
}

function opened(path: ByteString, depth: number): OpenDirectory {
  const batches = depth < maxOpenDirectories ? readBatches(path) : readWhole(path);
  return { path, batches, batch: [], index: 0 };
}

function* readWhole(path: ByteString): Generator<readonly DirectoryEntry[], void> {
  yield* Array.from(readBatches(path));
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

function nextBatch({
  path,
  batches,
}: OpenDirectory): ErrorItem | { readonly batch: readonly DirectoryEntry[] | undefined } {
  try {
    const step = batches.next();
    return { batch: step.done === true ? undefined : step.value };
  } catch (error) {
    return pathErrorItem(error, "read", path);
  }
}
