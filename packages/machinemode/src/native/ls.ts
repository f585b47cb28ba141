import { UserError } from "@aomori/protocol";
import type { Stats } from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { isAscii, textFields, toByteString } from "../byte-text.ts";
import { recordSchema, text } from "../json-schema.ts";
import type { Item, ToolRecord } from "../record.ts";
import type { KnownFlags } from "./command-line.ts";
import { parseCommandLine, refuseUnknown } from "./command-line.ts";
import type { DirectoryEntry } from "./directory.ts";
import { joinPath, readDirectory } from "./directory.ts";
import { pathErrorItem } from "./errno.ts";
import { Facts, factSchemas, kindFacts, statOf } from "./facts.ts";
import type { FileKind } from "./kinds.ts";
import { fileKind, kindOfMode } from "./kinds.ts";

/** A directory with more entries is told in its own order, as they come; a smaller one by name. */
const maxSorted = 10_000;
const batchSize = 256;

const known: KnownFlags = {
  short: {
    a: "all",
    A: "almost-all",
    B: "ignore-backups",
    d: "directory",
    l: "-l",
    n: "numeric-uid-gid",
    g: "-g",
    o: "no-group",
    R: "recursive",
    r: "reverse",
    t: "-t",
    S: "-S",
    U: "-U",
    f: "-f",
    L: "dereference",
    "1": "-1",
    C: "-C",
    x: "-x",
    m: "-m",
    h: "human-readable",
    s: "size",
    k: "kibibytes",
    i: "inode",
    F: "classify",
    p: "-p",
    N: "literal",
    Q: "quote-name",
    q: "hide-control-chars",
    b: "escape",
    G: "-G",
  },
  long: ["full-time", "zero", "file-type"],
  valued: [],
  optional: ["color", "classify"],
};

interface Request {
  readonly operands: readonly ByteString[];
  readonly hidden: "none" | "almost" | "all";
  readonly skipBackups: boolean;
  readonly long: boolean;
  readonly asThemselves: boolean;
  readonly recursive: boolean;
  readonly follow: boolean;
  readonly order: "name" | "time" | "size" | "directory";
  readonly reverse: boolean;
}

export const ls: Adapter = {
  name: "ls",
  summary: "List directories",
  channel: "readdir and lstat in this process",
  source: "native",
  effects: { readOnly: true },
  recordTypes: ["entry"],
  schema: recordSchema(
    "entry",
    { directory: text, name: text, path: text, kind: fileKind, ...factSchemas },
    ["name", "path", "kind"],
  ),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  flags:
    "-a -A -B -d -l -n -g -o -R -r -t -S -U -f -L; flags of layout (-1 -C -h -F --color …) change nothing",
  plan: (argv) => {
    const request = requestOf(argv);
    return { kind: "native", items: () => list(request) };
  },
};

function requestOf(argv: readonly string[]): Request {
  const line = parseCommandLine("ls", argv, known);
  refuseUnknown("ls", line);
  const has = (...names: readonly string[]): boolean => names.some((name) => line.flags.has(name));
  const hidden = has("all", "-f") ? "all" : has("almost-all") ? "almost" : "none";
  const order = has("-U", "-f") ? "directory" : has("-t") ? "time" : has("-S") ? "size" : "name";
  return {
    operands: line.operands.length === 0 ? ["."] : line.operands.map(toByteString),
    hidden,
    skipBackups: has("ignore-backups"),
    long: has("-l", "numeric-uid-gid", "-g", "no-group", "full-time", "size", "inode"),
    asThemselves: has("directory"),
    recursive: has("recursive"),
    follow: has("dereference"),
    order,
    reverse: has("reverse"),
  };
}

/** Files that were named come first, then directories, each with what lies in it; as ls does. */
function* list(request: Request): Generator<readonly Item[], void> {
  const lister = new Lister(request);
  const directories: ByteString[] = [];
  const named: Item[] = [];
  for (const operand of request.operands) {
    try {
      const stats = namedStats(operand, request);
      if (kindOfMode(stats.mode) === "directory" && !request.asThemselves)
        directories.push(operand);
      else named.push(lister.record(operand, operand, kindOfMode(stats.mode), stats));
    } catch (error) {
      named.push(pathErrorItem(error, "list", operand));
    }
  }
  if (named.length > 0) yield named;
  for (const directory of directories) yield* lister.directory(directory);
}

/** A link on the command line is followed to a directory, except with -l or -d. */
function namedStats(operand: ByteString, { long, asThemselves, follow }: Request): Stats {
  const own = statOf(operand, follow);
  if (kindOfMode(own.mode) !== "symlink" || long || asThemselves) return own;
  try {
    const target = statOf(operand, true);
    return kindOfMode(target.mode) === "directory" ? target : own;
  } catch {
    return own; // A dangling link is listed itself.
  }
}

class Lister {
  readonly #request: Request;
  readonly #facts = new Facts();

  constructor(request: Request) {
    this.#request = request;
  }

  record(name: ByteString, path: ByteString, kind: FileKind, stats?: Stats): ToolRecord {
    const { long, follow } = this.#request;
    const known = stats ?? (long ? statOf(path, follow) : undefined);
    const own = known === undefined ? kind : kindOfMode(known.mode);
    const names = isAscii(path)
      ? { name, path }
      : { ...textFields("name", name), ...textFields("path", path) };
    if (!long || known === undefined) {
      return { type: "entry", source: "native", ...names, kind: own };
    }
    const facts = this.#facts.of(known, path);
    const more = own === "file" || own === "directory" ? undefined : kindFacts(known, path);
    return { type: "entry", source: "native", ...names, kind: own, ...facts, ...more };
  }

  *directory(path: ByteString): Generator<readonly Item[], void> {
    const below: ByteString[] = [];
    try {
      for (const entries of this.#ordered(path)) {
        const items: Item[] = [];
        for (const entry of entries) {
          const item = this.#entry(path, entry);
          items.push(item);
          if (this.#descends(entry, item)) below.push(joinPath(path, entry.name));
        }
        yield items;
      }
    } catch (error) {
      yield [pathErrorItem(error, "read", path)];
    }
    for (const directory of below) yield* this.directory(directory);
  }

  #entry(directory: ByteString, { name, kind }: DirectoryEntry): Item {
    const path = directory === "." ? name : joinPath(directory, name);
    try {
      const { follow, long } = this.#request;
      const looksAgain = follow && kind === "symlink" && !long;
      return this.record(name, path, kind, looksAgain ? statOf(path, true) : undefined);
    } catch (error) {
      return pathErrorItem(error, "look at", path);
    }
  }

  #descends({ name, kind }: DirectoryEntry, item: Item): boolean {
    if (!this.#request.recursive || name === "." || name === "..") return false;
    return kind === "directory" || ("kind" in item && item["kind"] === "directory");
  }

  *#ordered(path: ByteString): Generator<readonly DirectoryEntry[], void> {
    const { order } = this.#request;
    const kept: DirectoryEntry[] = [];
    const entries = this.#visible(path);
    for (const entry of entries) {
      kept.push(entry);
      if (order === "directory" && kept.length >= batchSize) yield kept.splice(0);
      if (order !== "name" || kept.length <= maxSorted) continue;
      // Too many to hold: what was kept goes out as it came, and the rest after it.
      yield* batched(kept.splice(0));
      yield* batched(entries);
      return;
    }
    if (order === "directory") yield kept;
    else yield* batched(this.#sorted(path, kept));
  }

  *#visible(path: ByteString): Generator<DirectoryEntry, void> {
    const { hidden, skipBackups } = this.#request;
    if (hidden === "all")
      yield* [
        { name: ".", kind: "directory" as const },
        { name: "..", kind: "directory" as const },
      ];
    for (const entry of readDirectory(path)) {
      if (hidden === "none" && entry.name.startsWith(".")) continue;
      if (skipBackups && entry.name.endsWith("~")) continue;
      yield entry;
    }
  }

  #sorted(path: ByteString, entries: DirectoryEntry[]): readonly DirectoryEntry[] {
    const { order, reverse, follow } = this.#request;
    const byName = (a: DirectoryEntry, b: DirectoryEntry): number => (a.name < b.name ? -1 : 1);
    if (order === "name") entries.sort(byName);
    else {
      const keys = new Map(
        entries.map((entry) => [entry, sortKey(joinPath(path, entry.name), order, follow)]),
      );
      entries.sort((a, b) => (keys.get(b) ?? 0) - (keys.get(a) ?? 0) || byName(a, b));
    }
    return reverse ? entries.reverse() : entries;
  }
}

function sortKey(path: ByteString, order: Request["order"], follow: boolean): number {
  try {
    const stats = statOf(path, follow);
    return order === "time" ? stats.mtimeMs : stats.size;
  } catch (error) {
    if (error instanceof UserError) throw error;
    return 0; // It is told as an error where its record would be.
  }
}

function* batched(entries: Iterable<DirectoryEntry>): Generator<readonly DirectoryEntry[], void> {
  let batch: DirectoryEntry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
