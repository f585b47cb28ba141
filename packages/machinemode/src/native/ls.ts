import { UserError } from "@aomori/protocol";
import type { Stats } from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { toByteString } from "../byte-text.ts";
import { recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import type { KnownFlags } from "./command-line.ts";
import { parseCommandLine, refuseUnknown } from "./command-line.ts";
import type { DirectoryEntry } from "./directory.ts";
import { joinPath, readBatches } from "./directory.ts";
import type { EntryBatch, ListedEntry } from "./entry-records.ts";
import { EntryRecords } from "./entry-records.ts";
import { pathErrorItem } from "./errno.ts";
import { factSchemas, statOf } from "./facts.ts";
import { fileKind, kindOfMode } from "./kinds.ts";
import { encodedEntries, toldEntries } from "./told-entries.ts";

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
    const form = { tool: "ls", long: request.long } as const;
    return {
      kind: "native",
      items: () => toldEntries(list(request), form),
      encoded: () => encodedEntries(list(request), form),
    };
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
function* list(request: Request): Generator<EntryBatch, void> {
  const lister = new Lister(request);
  const directories: ByteString[] = [];
  const named: Item[] = [];
  for (const operand of request.operands) {
    try {
      const stats = namedStats(operand, request);
      if (kindOfMode(stats.mode) === "directory" && !request.asThemselves)
        directories.push(operand);
      else named.push(lister.named(operand, stats));
    } catch (error) {
      named.push(pathErrorItem(error, "list", operand));
    }
  }
  if (named.length > 0) yield { items: named };
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
  readonly #records: EntryRecords;

  constructor(request: Request) {
    this.#request = request;
    this.#records = new EntryRecords({ tool: "ls", long: request.long });
  }

  /** What was named on the command line, whose name is its path. */
  named(path: ByteString, stats: Stats): Item {
    return this.#records.record({ name: path, path, kind: kindOfMode(stats.mode) }, stats);
  }

  *directory(path: ByteString): Generator<EntryBatch, void> {
    const below: ByteString[] = [];
    try {
      for (const found of this.#ordered(path)) {
        const entries = listed(path, found);
        const batch = this.#request.follow ? { items: this.#followed(entries) } : { entries };
        yield batch;
        if (!this.#request.recursive) continue;
        for (const [index, entry] of entries.entries()) {
          if (this.#descends(entry, "items" in batch ? batch.items[index] : undefined))
            below.push(joinPath(path, entry.name));
        }
      }
    } catch (error) {
      yield { items: [pathErrorItem(error, "read", path)] };
    }
    for (const directory of below) yield* this.directory(directory);
  }

  /** With -L each link is told as what it leads to. */
  #followed(entries: readonly ListedEntry[]): readonly Item[] {
    return entries.map((entry) => {
      try {
        const looks = this.#request.long || entry.kind === "symlink";
        return this.#records.record(entry, looks ? statOf(entry.path, true) : undefined);
      } catch (error) {
        return pathErrorItem(error, "look at", entry.path);
      }
    });
  }

  #descends({ name, kind }: ListedEntry, item: Item | undefined): boolean {
    if (name === "." || name === "..") return false;
    return (
      kind === "directory" || (item !== undefined && "kind" in item && item["kind"] === "directory")
    );
  }

  *#ordered(path: ByteString): Generator<readonly DirectoryEntry[], void> {
    if (this.#request.order === "directory") {
      yield* this.#visible(path);
      return;
    }
    const kept: DirectoryEntry[] = [];
    const batches = this.#visible(path);
    for (const batch of batches) {
      kept.push(...batch);
      if (this.#request.order !== "name" || kept.length <= maxSorted) continue;
      // Too many to hold: what was kept goes out as it came, and the rest after it.
      yield* batched(kept.splice(0));
      yield* batches;
      return;
    }
    yield* batched(this.#sorted(path, kept));
  }

  *#visible(path: ByteString): Generator<DirectoryEntry[], void> {
    const { hidden, skipBackups } = this.#request;
    if (hidden === "all")
      yield [
        { name: ".", kind: "directory" },
        { name: "..", kind: "directory" },
      ];
    yield* readBatches(path, (name) => {
      if (hidden === "none" && name.startsWith(".")) return false;
      return !skipBackups || !name.endsWith("~");
    });
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

function listed(directory: ByteString, found: readonly DirectoryEntry[]): readonly ListedEntry[] {
  const start = directory === "." ? "" : joinPath(directory, "");
  return found.map(({ name, kind }) => ({ name, path: `${start}${name}`, kind }));
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

function* batched(entries: readonly DirectoryEntry[]): Generator<readonly DirectoryEntry[], void> {
  for (let start = 0; start < entries.length; start += batchSize)
    yield entries.slice(start, start + batchSize);
}
