import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { errnoOf } from "@aomori/system";
import { fromFd } from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import { refused, shownName } from "./archive-error.ts";
import type { ArchiveLimits } from "./archive-limits.ts";
import { EntryLedger } from "./entry-ledger.ts";
import type { Extraction } from "./extraction.ts";
import { readZipEnd } from "./zip-end.ts";
import type { ZipEnd } from "./zip-end.ts";
import { readZipEntry } from "./zip-entry.ts";
import type { ZipEntry } from "./zip-entry.ts";
import { checkZipLayout } from "./zip-local-header.ts";

/** Lengths of a central record without its three variable fields (APPNOTE.TXT 4.3.12). */
const centralRecordBytes = 46;

/** Everything the zip says is checked before the first byte of it is written. */
export async function extractZip(
  file: FileHandle,
  extraction: Extraction,
  limits: ArchiveLimits,
): Promise<void> {
  const { size: sizeBytes } = await file.stat();
  const end = await readZipEnd(file, sizeBytes);
  if (end.entries > limits.maxEntries) {
    throw refused("ARCHIVE_TOO_MANY_ENTRIES", `it has over ${limits.maxEntries} entries`);
  }
  const zip = await openZip(file);
  const ledger = new EntryLedger(limits);
  const admitted: { entry: ZipEntry; path: string }[] = [];
  for (const entry of await readEntries(zip, end)) {
    admitted.push({ entry, path: ledger.admit(entry.name, entry.kind) });
    ledger.count(entry.raw.uncompressedSize);
    ledger.checkRatio(entry.raw.uncompressedSize, entry.raw.compressedSize);
  }
  ledger.checkRatio(ledger.totalBytes, sizeBytes);
  await checkZipLayout(
    file,
    admitted.map(({ entry }) => entry),
    end,
  );
  for (const { entry, path } of admitted) {
    if (entry.kind === "directory") await extraction.addDirectory(path);
    else await extraction.addFile(path, entry.mode, contentOf(zip, entry));
  }
}

function openZip(file: FileHandle): Promise<ZipFile> {
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
  return new Promise((resolve, reject) => {
    fromFd(file.fd, options, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(malformed(error));
    });
  });
}

async function readEntries(zip: ZipFile, end: ZipEnd): Promise<readonly ZipEntry[]> {
  const entries: ZipEntry[] = [];
  let readBytes = 0;
  for (let raw = await nextEntry(zip); raw !== undefined; raw = await nextEntry(zip)) {
    readBytes +=
      centralRecordBytes + raw.fileNameLength + raw.extraFieldLength + raw.fileCommentLength;
    entries.push(readZipEntry(raw));
  }
  if (readBytes !== end.directorySizeBytes) {
    throw refused(
      "ARCHIVE_HEADER_MISMATCH",
      `its list of entries has ${readBytes} bytes, its end record says ${end.directorySizeBytes}`,
    );
  }
  return entries;
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      zip.removeAllListeners();
      act();
    };
    zip.once("entry", (entry: Entry) => settle(() => resolve(entry)));
    zip.once("end", () => settle(() => resolve(undefined)));
    zip.once("error", (error: Error) => settle(() => reject(malformed(error))));
    zip.readEntry();
  });
}

function openContent(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(malformed(error));
    });
  });
}

async function* contentOf(zip: ZipFile, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const stream = await openContent(zip, entry.raw);
  let checksum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw brokenContent(error, entry);
  }
  if (checksum !== entry.raw.crc32) {
    throw refused("ARCHIVE_CHECKSUM_MISMATCH", `${shownName(entry.name)} has another checksum`);
  }
}

/** What yauzl says of a zip's headers. */
function malformed(error: Error): Error {
  if (error.message.includes("size mismatch for stored file")) {
    return refused("ARCHIVE_SIZE_MISMATCH", "an entry is stored as it is, in two sizes", error);
  }
  return refused("ARCHIVE_MALFORMED", `it is no sound zip (${error.message})`, error);
}

/** What yauzl and zlib throw in the middle of an entry; anything else travels up. */
function brokenContent(error: unknown, { name }: ZipEntry): unknown {
  const shown = shownName(name);
  if (errnoOf(error)?.startsWith("Z_") === true) {
    return refused("ARCHIVE_MALFORMED", `the content of ${shown} cannot be unpacked`, error);
  }
  if (
    error instanceof Error &&
    /^(?:too many|not enough) bytes in the stream/.test(error.message)
  ) {
    return refused("ARCHIVE_SIZE_MISMATCH", `${shown} is not as long as it says`, error);
  }
  return error;
}
