import type { FileHandle } from "node:fs/promises";
import { refused } from "./archive-error.ts";

const endSignature = 0x06054b50;
const endSizeBytes = 22;
const maxCommentBytes = 0xffff;

/** Where the list of a zip's entries lies (APPNOTE.TXT 4.3.16). */
export interface ZipEnd {
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directorySizeBytes: number;
}

/**
 * Reads the end record. A zip may have one only: a second one, in the comment or before it, makes two readers see two archives.
 * Zip64 is for what is far over every limit here.
 */
export async function readZipEnd(file: FileHandle, sizeBytes: number): Promise<ZipEnd> {
  const tailSize = Math.min(sizeBytes, endSizeBytes + maxCommentBytes);
  const tail = Buffer.alloc(tailSize);
  await file.read(tail, 0, tailSize, sizeBytes - tailSize);
  const at = tail.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  if (at < 0 || at + endSizeBytes > tail.length) {
    throw refused("ARCHIVE_TRUNCATED", "the zip has no end record");
  }
  const end = tail.subarray(at);
  const commentBytes = end.readUInt16LE(20);
  const left = end.length - endSizeBytes;
  if (left < commentBytes) throw refused("ARCHIVE_TRUNCATED", "the zip's comment is cut off");
  if (left > commentBytes) {
    throw refused("ARCHIVE_TRAILING_DATA", `${left - commentBytes} bytes follow the zip's end`);
  }
  const entries = end.readUInt16LE(10);
  const directorySizeBytes = end.readUInt32LE(12);
  const directoryOffset = end.readUInt32LE(16);
  if (
    end.readUInt32LE(0) !== endSignature ||
    end.readUInt16LE(4) !== 0 ||
    end.readUInt16LE(8) !== entries
  ) {
    throw refused("ARCHIVE_UNSUPPORTED", "the zip is in several parts");
  }
  if (entries === 0xffff || directoryOffset === 0xffffffff) {
    throw refused("ARCHIVE_UNSUPPORTED", "the zip has a zip64 end record");
  }
  checkPlace(directoryOffset + directorySizeBytes, sizeBytes - end.length);
  return { entries, directoryOffset, directorySizeBytes };
}

function checkPlace(directoryEnd: number, endOffset: number): void {
  if (directoryEnd > endOffset) {
    throw refused("ARCHIVE_TRUNCATED", "the zip's list of entries runs past its end record");
  }
  if (directoryEnd < endOffset) {
    throw refused(
      "ARCHIVE_HIDDEN_DATA",
      `${endOffset - directoryEnd} bytes lie between the zip's list of entries and its end record`,
    );
  }
}
