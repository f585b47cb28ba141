import { opendirSync } from "node:fs";
import type { ByteString } from "../byte-text.ts";
import { toSystemPath } from "../byte-text.ts";
import type { FileKind } from "./kinds.ts";
import { kindOfEntry } from "./kinds.ts";

export interface DirectoryEntry {
  readonly name: ByteString;
  readonly kind: FileKind;
}

const batchSize = 256;
/** How many entries Node reads from the system at once. */
const bufferSize = 64;

/** The entries of a directory in its own order, without `.` and `..`; reads as it is consumed. Throws system errors. */
export function* readDirectory(path: ByteString): Generator<DirectoryEntry, void> {
  for (const batch of readBatches(path)) yield* batch;
}

/** The same in batches, so that many cost no step of a generator each: of those that are wanted, and never empty. */
export function* readBatches(
  path: ByteString,
  isWanted: (name: ByteString) => boolean = () => true,
): Generator<DirectoryEntry[], void> {
  // The types of Node know only encodings of text; latin1 keeps bytes apart, which is all that matters here.
  const directory = opendirSync(toSystemPath(path), { encoding: "latin1", bufferSize });
  try {
    let batch: DirectoryEntry[] = [];
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      const { name } = entry;
      if (!isWanted(name)) continue;
      batch.push({ name, kind: kindOfEntry(entry) });
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    directory.closeSync();
  }
}

export function joinPath(directory: ByteString, name: ByteString): ByteString {
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;
}

export function baseName(path: ByteString): ByteString {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? path.slice(0, 1) : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
