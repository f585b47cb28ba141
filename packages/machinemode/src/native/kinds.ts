import type { Dirent } from "node:fs";
import type { JsonSchema } from "../json-schema.ts";

const fileKinds = [
  "file",
  "directory",
  "symlink",
  "fifo",
  "socket",
  "block_device",
  "character_device",
  "unknown",
] as const;

export type FileKind = (typeof fileKinds)[number];

export const fileKind: JsonSchema = { enum: fileKinds };

export function kindOfEntry(entry: Dirent): FileKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isFIFO()) return "fifo";
  if (entry.isSocket()) return "socket";
  if (entry.isBlockDevice()) return "block_device";
  return entry.isCharacterDevice() ? "character_device" : "unknown";
}

const byFormat: Readonly<Record<number, FileKind>> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
  0o010000: "fifo",
  0o140000: "socket",
  0o060000: "block_device",
  0o020000: "character_device",
};

/** Of `st_mode`. */
export function kindOfMode(mode: number): FileKind {
  return byFormat[mode & 0o170000] ?? "unknown";
}

/** The letters of find's `%y`. */
export const kindOfLetter: Readonly<Record<string, FileKind>> = {
  f: "file",
  d: "directory",
  l: "symlink",
  p: "fifo",
  s: "socket",
  b: "block_device",
  c: "character_device",
  U: "unknown",
};
