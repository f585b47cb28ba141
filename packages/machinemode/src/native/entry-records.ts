import type { Stats } from "node:fs";
import type { ByteString } from "../byte-text.ts";
import { isAscii, textFields } from "../byte-text.ts";
import type { Item, ToolRecord } from "../record.ts";
import { pathErrorItem } from "./errno.ts";
import { Facts, kindFacts, statOf } from "./facts.ts";
import type { FileKind } from "./kinds.ts";
import { kindOfMode } from "./kinds.ts";

/** A file that a listing found, before anything is looked up. */
export interface ListedEntry {
  readonly name: ByteString;
  readonly path: ByteString;
  readonly kind: FileKind;
  /** Of find. */
  readonly depth?: number;
}

/** Files to be told. */
export interface ListedEntries {
  readonly entries: readonly ListedEntry[];
}

/** What comes next in a listing: files to be told, or what is told already. */
export type EntryBatch = ListedEntries | { readonly items: readonly Item[] };

/** What a listing tells of each file. */
export interface EntryForm {
  readonly tool: "ls" | "find";
  readonly long: boolean;
}

/** Makes the records of ls and find. */
export class EntryRecords {
  readonly #form: EntryForm;
  readonly #facts = new Facts();

  constructor(form: EntryForm) {
    this.#form = form;
  }

  /** In place of a file that cannot be looked at stands the error. */
  items({ entries }: ListedEntries): readonly Item[] {
    return entries.map((entry) => {
      try {
        return this.record(entry);
      } catch (error) {
        return pathErrorItem(error, "look at", entry.path);
      }
    });
  }

  /** Throws system errors. */
  record(entry: ListedEntry, known?: Stats): ToolRecord {
    const { path, depth } = entry;
    const { long, tool } = this.#form;
    const stats = known ?? (long ? statOf(path) : undefined);
    const names = namesOf(entry, tool);
    const kind = stats === undefined ? entry.kind : kindOfMode(stats.mode);
    const head = { type: "entry", source: "native", ...names, kind } as const;
    const placed = depth === undefined ? head : { ...head, depth };
    if (!long || stats === undefined) return placed;
    const more = kind === "file" || kind === "directory" ? undefined : kindFacts(stats, path);
    return { ...placed, ...this.#facts.of(stats, path), ...more };
  }
}

function namesOf({ name, path }: ListedEntry, tool: EntryForm["tool"]): Record<string, string> {
  if (tool === "ls") {
    if (isAscii(path)) return { name, path };
    return { ...textFields("name", name), ...textFields("path", path) };
  }
  if (isAscii(path)) return { path, name };
  return { ...textFields("path", path), ...textFields("name", name) };
}
