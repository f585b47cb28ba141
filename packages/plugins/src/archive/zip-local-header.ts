import type { FileHandle } from "node:fs/promises";
import { refused, shownName } from "./archive-error.ts";
import type { ZipEntry } from "./zip-entry.ts";
import type { ZipEnd } from "./zip-end.ts";

const localSignature = 0x04034b50;
const headerBytes = 30;
const hasDescriptor = 0x8;
/** Signature, checksum and two sizes, of zip64 at most (APPNOTE.TXT 4.3.9). */
const maxDescriptorBytes = 24;

interface Extent {
  readonly name: string;
  readonly startOffset: number;
  /** Before the descriptor, if there is one. */
  readonly endOffset: number;
  readonly slackBytes: number;
}

/** Compares an entry's local header with its central record: a reader may follow either. */
async function readExtent(file: FileHandle, entry: ZipEntry): Promise<Extent> {
  const { raw, rawName, name } = entry;
  const startOffset = raw.relativeOffsetOfLocalHeader;
  const header = Buffer.alloc(headerBytes + rawName.length);
  const { bytesRead } = await file.read(header, 0, header.length, startOffset);
  const shown = shownName(name);
  const mismatch = (what: string) =>
    refused("ARCHIVE_HEADER_MISMATCH", `the two headers of ${shown} differ in ${what}`);
  if (bytesRead < header.length || header.readUInt32LE(0) !== localSignature) {
    throw refused("ARCHIVE_MALFORMED", `${shown} has no local header at ${startOffset}`);
  }
  if (header.readUInt16LE(26) !== rawName.length || !header.subarray(headerBytes).equals(rawName)) {
    throw mismatch("its name");
  }
  const flags = header.readUInt16LE(6);
  if (header.readUInt16LE(8) !== raw.compressionMethod) throw mismatch("its compression");
  if (((flags ^ raw.generalPurposeBitFlag) & ~0x6) !== 0) throw mismatch("its flags");
  const described = (flags & hasDescriptor) !== 0;
  const fields = [
    ["its checksum", header.readUInt32LE(14), raw.crc32],
    ["its packed size", header.readUInt32LE(18), raw.compressedSize],
    ["its size", header.readUInt32LE(22), raw.uncompressedSize],
  ] as const;
  for (const [what, local, central] of fields) {
    const left = described && local === 0;
    const inZip64 = what !== "its checksum" && local === 0xffffffff;
    if (local !== central && !left && !inZip64) throw mismatch(what);
  }
  return {
    name,
    startOffset,
    endOffset:
      startOffset + headerBytes + rawName.length + header.readUInt16LE(28) + raw.compressedSize,
    slackBytes: described ? maxDescriptorBytes : 0,
  };
}

/** The entries must fill the file from its beginning to the list of entries, one after the other. */
export async function checkZipLayout(
  file: FileHandle,
  entries: readonly ZipEntry[],
  end: ZipEnd,
): Promise<void> {
  const extents: Extent[] = [];
  for (const entry of entries) extents.push(await readExtent(file, entry));
  extents.sort((a, b) => a.startOffset - b.startOffset);
  let filledTo = 0;
  let slackBytes = 0;
  for (const { name, startOffset, endOffset, slackBytes: next } of extents) {
    checkGap(filledTo, slackBytes, startOffset, `before ${shownName(name)}`);
    filledTo = endOffset;
    slackBytes = next;
  }
  checkGap(filledTo, slackBytes, end.directoryOffset, "before the list of entries");
}

function checkGap(filledTo: number, slackBytes: number, offset: number, where: string): void {
  if (offset < filledTo) throw refused("ARCHIVE_OVERLAP", `entries of it overlap ${where}`);
  if (offset > filledTo + slackBytes) {
    throw refused("ARCHIVE_HIDDEN_DATA", `${offset - filledTo} bytes lie hidden ${where}`);
  }
}
