import { errnoOf } from "@aomori/system";
import { lstatSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Item } from "../record.ts";
import type { EntryBatch, EntryForm, ListedEntry } from "./entry-records.ts";
import { EntryRecords } from "./entry-records.ts";
import { FactText } from "./fact-text.ts";
import { statOf } from "./facts.ts";
import { kindOfMode } from "./kinds.ts";

/** What stands in JSON as it is. */
const plainText = /^[ !#-[\]-~]*$/;
const firstSizeBytes = 96 * 1024;
const maxBytesPerUnit = 3;

/** The lines of a batch of entries. */
export interface LinesOfEntries {
  /** A part of `room`, from its start. */
  readonly lines: Uint8Array;
  readonly count: number;
  /** What may be written over once the lines are out. */
  readonly room: Buffer<ArrayBuffer>;
}

/** Room for the lines of a batch, to be used again: new room would wait for the collector while the process grows. */
function newRoom(): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(firstSizeBytes);
}

/** The lines of a listing, batch by batch. */
export function* entryLines(
  batches: Iterable<EntryBatch>,
  form: EntryForm,
): Generator<readonly Item[] | LinesOfEntries, void> {
  // A batch is garbage when the next one comes: a young generation that grows is memory for nothing.
  if (form.long) setFlagsFromString("--semi-space-growth-factor=1");
  const lines = new EntryLines(form);
  const records = new EntryRecords(form);
  let room = newRoom();
  for (const batch of batches) {
    const told = "items" in batch ? undefined : lines.of(batch.entries, room);
    room = told?.room ?? room;
    yield told ?? ("items" in batch ? batch.items : records.items(batch));
  }
}

/**
 * Makes the lines of many entries: put together from their pieces, where a record would be made only to be taken apart,
 * and written down once per batch.
 */
export class EntryLines {
  readonly #form: EntryForm;
  readonly #records: EntryRecords;
  readonly #facts = new FactText();
  #room = Buffer.alloc(0);
  #used = 0;
  /** Lines of ASCII that are not in the room yet. */
  #plain = "";

  constructor(form: EntryForm) {
    this.#form = form;
    this.#records = new EntryRecords(form);
  }

  /** Undefined where one of them is to be told in another way, as an error is. Room that is too small is replaced. */
  of(
    entries: readonly ListedEntry[],
    room: Buffer<ArrayBuffer> = newRoom(),
  ): LinesOfEntries | undefined {
    this.#room = room;
    this.#used = 0;
    this.#plain = "";
    try {
      for (const entry of entries) if (!this.#add(entry)) return undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
    this.#flush();
    return { lines: this.#room.subarray(0, this.#used), count: entries.length, room: this.#room };
  }

  #add(entry: ListedEntry): boolean {
    const isPlain = plainText.test(entry.path);
    if (!this.#form.long) {
      if (isPlain) this.#plain += `${this.#head(entry, entry.kind)}}\n`;
      else this.#write(this.#records.record(entry));
      return true;
    }
    const stats = isPlain ? lstatSync(entry.path) : statOf(entry.path);
    const facts = this.#facts.of(stats);
    if (facts === undefined) return false;
    const kind = kindOfMode(stats.mode);
    if (isPlain && (kind === "file" || kind === "directory"))
      this.#plain += `${this.#head(entry, kind)}${facts}}\n`;
    else this.#write(this.#records.record(entry, stats));
    return true;
  }

  #head({ name, path, depth }: ListedEntry, kind: string): string {
    return this.#form.tool === "ls"
      ? `{"type":"entry","source":"native","name":"${name}","path":"${path}","kind":"${kind}"`
      : `{"type":"entry","source":"native","path":"${path}","name":"${name}","kind":"${kind}","depth":${depth}`;
  }

  #write(record: object): void {
    this.#flush();
    const line = `${JSON.stringify(record)}\n`;
    this.#reserve(line.length * maxBytesPerUnit);
    this.#used += this.#room.write(line, this.#used, "utf8");
  }

  #flush(): void {
    this.#reserve(this.#plain.length);
    this.#used += this.#room.write(this.#plain, this.#used, "latin1");
    this.#plain = "";
  }

  #reserve(sizeBytes: number): void {
    if (this.#used + sizeBytes <= this.#room.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#used + sizeBytes) * 2);
    this.#room.copy(larger, 0, 0, this.#used);
    this.#room = larger;
  }
}
