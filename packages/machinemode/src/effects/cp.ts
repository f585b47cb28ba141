import type { Stats } from "node:fs";
import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { shownText, toSystemPath } from "../byte-text.ts";
import { joinPath, readDirectory } from "../native/directory.ts";
import { pathErrorItem } from "../native/errno.ts";
import { bigStats, statOf } from "../native/facts.ts";
import type { FileKind } from "../native/kinds.ts";
import { kindOfMode } from "../native/kinds.ts";
import type { Effect, EffectSource } from "./effect.ts";
import { effectError, effectPlan, effectSchema, writing } from "./effect.ts";
import { fileAt } from "./file-at.ts";
import type { Transfer } from "./targets.ts";
import { transfers } from "./targets.ts";

interface Manner {
  readonly recursive: boolean;
  /** Links are followed; those below a directory are copied as links all the same unless `everywhere`. */
  readonly follow: "never" | "named" | "everywhere";
  readonly preserve: boolean;
  readonly keeps: boolean;
  readonly replaces: boolean;
}

export const cp: Adapter = {
  name: "cp",
  summary: "Copy files and directories, one event for each path",
  channel: "copy_file_range, mkdir and symlink in this process",
  source: "native",
  effects: writing,
  recordTypes: ["effect"],
  schema: effectSchema,
  takesTrailingOptions: true,
  cursor: { kind: "none", why: "what was copied is not copied again" },
  flags:
    "-r -a -p -f -n -d -P -L -H -t DIR -T -v; what exists is replaced only with -f or machinemode --yes",
  plan: (argv, context) => {
    const { line, pairs } = transfers("cp", argv, {
      short: {
        r: "recursive",
        R: "recursive",
        a: "archive",
        p: "-p",
        f: "force",
        n: "no-clobber",
        d: "-d",
        P: "no-dereference",
        L: "dereference",
        H: "-H",
        v: "verbose",
      },
    });
    const has = (...names: readonly string[]): boolean =>
      names.some((name) => line.flags.has(name));
    const recursive = has("recursive", "archive");
    const never = has("archive", "-d", "no-dereference") || (recursive && !has("-H"));
    const manner: Manner = {
      recursive,
      follow: has("dereference") ? "everywhere" : never ? "never" : "named",
      preserve: has("archive", "-p"),
      keeps: has("no-clobber"),
      replaces: context.yes || has("force"),
    };
    return effectPlan(() => copies(pairs, manner), context);
  },
};

function* copies(pairs: readonly Transfer[], manner: Manner): EffectSource {
  const taken = new Set<ByteString>();
  for (const pair of pairs) {
    if (taken.has(pair.to)) {
      yield effectError(
        "conflict",
        "ALREADY_EXISTS",
        `cannot copy ${shownText(pair.from)}: ${shownText(pair.to)} was just made`,
      );
      continue;
    }
    taken.add(pair.to);
    yield* copied(pair, manner, manner.follow !== "never");
  }
}

function* copied({ from, to }: Transfer, manner: Manner, follow: boolean): EffectSource {
  try {
    const stats = statOf(from, follow);
    const kind = kindOfMode(stats.mode);
    if (kind === "directory") yield* directoryCopied({ from, to }, stats, manner);
    else yield* fileCopied({ from, to }, stats, kind, manner);
  } catch (error) {
    yield pathErrorItem(error, "copy", from);
  }
}

function* directoryCopied({ from, to }: Transfer, stats: Stats, manner: Manner): EffectSource {
  const text = shownText(from);
  if (!manner.recursive) {
    yield effectError(
      "validation",
      "IS_A_DIRECTORY",
      `cannot copy ${text}: it is a directory; say -r`,
    );
    return;
  }
  const there = fileAt(to, true);
  if (there !== undefined && there !== "directory") {
    yield effectError(
      "conflict",
      "ALREADY_EXISTS",
      `cannot copy ${text}: ${shownText(to)} is no directory`,
    );
    return;
  }
  if (isInside(to, from)) {
    yield effectError(
      "validation",
      "INTO_ITSELF",
      `cannot copy ${text} into itself, ${shownText(to)}`,
    );
    return;
  }
  // Read before anything is made, so that a copy never meets itself.
  const entries = [...readDirectory(from)];
  if (there === undefined) {
    yield {
      action: "create_directory",
      path: to,
      kind: "directory",
      perform: () => mkdirSync(toSystemPath(to), { mode: (stats.mode & 0o7777) | 0o700 }),
    };
  }
  for (const { name } of entries) {
    yield* copied(
      { from: joinPath(from, name), to: joinPath(to, name) },
      manner,
      manner.follow === "everywhere",
    );
  }
  if (there === undefined) yield* finished(to, stats, manner);
}

/** A directory gets its own mode and times when nothing more goes into it; that is no effect of its own. */
function* finished(path: ByteString, stats: Stats, { preserve }: Manner): EffectSource {
  if (fileAt(path, false) === undefined) return;
  chmodSync(toSystemPath(path), stats.mode & 0o7777);
  if (preserve) preserveFacts(path, stats);
  yield* [];
}

function* fileCopied(
  { from, to }: Transfer,
  stats: Stats,
  kind: FileKind,
  manner: Manner,
): EffectSource {
  const names = { from: shownText(from), to: shownText(to) };
  const there = fileAt(to, false);
  if (kind !== "file" && kind !== "symlink") {
    yield effectError(
      "validation",
      "WRONG_KIND_OF_FILE",
      `cannot copy ${names.from}: it is a ${kind.replace("_", " ")}`,
    );
  } else if (there === "directory") {
    yield effectError(
      "conflict",
      "ALREADY_EXISTS",
      `cannot copy ${names.from}: ${names.to} is a directory`,
    );
  } else if (there !== undefined && isSame(from, to)) {
    yield effectError(
      "validation",
      "SAME_FILE",
      `cannot copy ${names.from}: it is the same file as ${names.to}`,
    );
  } else if (there !== undefined && manner.keeps) {
    yield {
      type: "aoi:warning",
      code: "SKIPPED",
      message: `${names.to} exists, so ${names.from} is not copied`,
    };
  } else if (there !== undefined && !manner.replaces) {
    yield effectError(
      "conflict",
      "ALREADY_EXISTS",
      `cannot copy ${names.from}: ${names.to} exists; say -f to replace it, or -n to keep it`,
    );
  } else {
    yield fileEffect({ from, to }, stats, kind, there !== undefined, manner);
  }
}

function fileEffect(
  { from, to }: Transfer,
  stats: Stats,
  kind: FileKind,
  replaces: boolean,
  { preserve }: Manner,
): Effect {
  const [source, target] = [toSystemPath(from), toSystemPath(to)];
  const perform = (): void => {
    // A link that is replaced goes itself; a copy through it would land elsewhere.
    if (replaces && (kind === "symlink" || fileAt(to, false) === "symlink")) unlinkSync(target);
    if (kind === "symlink") symlinkSync(readlinkSync(source, { encoding: "buffer" }), target);
    else
      copyFileSync(
        source,
        target,
        constants.COPYFILE_FICLONE | (replaces ? 0 : constants.COPYFILE_EXCL),
      );
    if (preserve) preserveFacts(to, stats);
  };
  return { action: "copy", path: from, to, kind, sizeBytes: stats.size, replaces, perform };
}

function preserveFacts(path: ByteString, stats: Stats): void {
  const file = toSystemPath(path);
  if (process.getuid?.() === 0) lchownSync(file, stats.uid, stats.gid);
  if (kindOfMode(stats.mode) !== "symlink") chmodSync(file, stats.mode & 0o7777);
  lutimesSync(file, stats.atime, stats.mtime);
}

function isSame(a: ByteString, b: ByteString): boolean {
  const [one, other] = [bigStats(a, true), bigStats(b, true)];
  return one.ino === other.ino && one.dev === other.dev;
}

/** Whether a path that may not exist yet lies in a directory: some directory above it is that one. */
function isInside(path: ByteString, directory: ByteString): boolean {
  const wanted = bigStats(directory, true);
  let above = path;
  for (;;) {
    if (fileAt(above, true) !== undefined) {
      const stats = bigStats(above === "" ? "/" : above, true);
      if (stats.ino === wanted.ino && stats.dev === wanted.dev) return true;
      const parent = bigStats(`${above}/..`, true);
      if (parent.ino === stats.ino && parent.dev === stats.dev) return false;
      above = `${above}/..`;
      continue;
    }
    const slash = above.replace(/\/+$/, "").lastIndexOf("/");
    above = slash === -1 ? "." : slash === 0 ? "/" : above.slice(0, slash);
  }
}
