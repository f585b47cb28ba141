import type { Dirent } from "node:fs";
import { opendirSync } from "node:fs";
import type { ByteString } from "../byte-text.ts";
import { toSystemPath } from "../byte-text.ts";
import type { FileKind } from "./kinds.ts";
import { kindOfEntry } from "./kinds.ts";

export interface DirectoryEntry {
  readonly name: ByteString;
  readonly kind: FileKind;
}

/** The entries of a directory in its own order, without `.` and `..`; reads as it is consumed. Throws system errors. */
export function* readDirectory(path: ByteString): Generator<DirectoryEntry, void> {
  // The types of Node know only encodings of text; latin1 keeps bytes apart, which is all that matters here.
  const directory = opendirSync(toSystemPath(path), { encoding: "latin1", bufferSize: 64 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
  } finally {
    directory.closeSync();
  }
}

function kindOf(entry: Dirent): FileKind {
  return kindOfEntry(entry);
}

export function joinPath(directory: ByteString, name: ByteString): ByteString {
  return directory.endsWith("/") ? `${directory}${name}` : `${directory}/${name}`;
}

export function baseName(path: ByteString): ByteString {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? path.slice(0, 1) : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
