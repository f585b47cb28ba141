import type { FileHandle } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import type { Gunzip } from "node:zlib";
import { isCodedError } from "@aomori/protocol";
import { errnoOf } from "@aomori/system";
import { createTarDecoder } from "modern-tar";
import type { ParsedTarEntry, TarHeader } from "modern-tar";
import { refused, shownName } from "./archive-error.ts";
import type { ArchiveLimits } from "./archive-limits.ts";
import { EntryLedger } from "./entry-ledger.ts";
import type { Extraction } from "./extraction.ts";

/** What headers, padding and the end of a tar may weigh beside its files, per entry that is allowed. */
const overheadBytesPerEntry = 4096;

/** Entries are checked as they come; what was written before a refusal is the caller's to remove. */
export async function extractTarGz(
  file: FileHandle,
  extraction: Extraction,
  limits: ArchiveLimits,
): Promise<void> {
  const ledger = new EntryLedger(limits);
  const tar = ReadableStream.from(unpacked(file, ledger, limits));
  try {
    for await (const entry of tar.pipeThrough(createTarDecoder({ strict: true }))) {
      await addEntry(entry, extraction, ledger);
    }
  } catch (error) {
    throw brokenTar(error);
  }
}

/** The tar inside, to its very end, within what the limits allow it to weigh. */
async function* unpacked(
  file: FileHandle,
  ledger: EntryLedger,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const { size: sizeBytes } = await file.stat();
  const maxBytes = limits.maxTotalBytes + (limits.maxEntries + 1) * overheadBytesPerEntry;
  const gunzip = createGunzip();
  const source = file.createReadStream({ autoClose: false, start: 0 });
  source.on("error", (error) => gunzip.destroy(error));
  let unpackedBytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Uint8Array>) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > maxBytes) {
        throw refused("ARCHIVE_TOO_LARGE", `unpacked it has over ${maxBytes} bytes`);
      }
      ledger.checkRatio(unpackedBytes, gunzip.bytesWritten);
      yield chunk;
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  checkEnd(gunzip, sizeBytes);
}

/** zlib stops where the last gzip member ends and is silent about what follows. */
function checkEnd(gunzip: Gunzip, sizeBytes: number): void {
  const left = sizeBytes - gunzip.bytesWritten;
  if (left > 0) throw refused("ARCHIVE_TRAILING_DATA", `${left} bytes follow the gzip's end`);
}

async function addEntry(
  { header, body }: ParsedTarEntry,
  extraction: Extraction,
  ledger: EntryLedger,
): Promise<void> {
  const kind = kindOf(header);
  const shown = shownName(header.name);
  for (const key of Object.keys(header.pax ?? {})) {
    if (key === "size" || key.startsWith("GNU.sparse.")) {
      throw refused("ARCHIVE_HEADER_MISMATCH", `${shown} has a second size (${key})`);
    }
  }
  const path = ledger.admit(header.name, kind);
  ledger.count(header.size);
  if (kind === "file") {
    await extraction.addFile(path, header.mode ?? 0o644, body);
    return;
  }
  await body.cancel();
  await extraction.addDirectory(path);
}

function kindOf(header: TarHeader): "file" | "directory" {
  const shown = shownName(header.name);
  switch (header.type) {
    case undefined:
    case "file":
      return "file";
    case "directory":
      return "directory";
    case "symlink":
      throw refused("ARCHIVE_SYMLINK", `${shown} is a symbolic link`);
    case "link":
      throw refused("ARCHIVE_HARDLINK", `${shown} is a hard link`);
    case "fifo":
      throw refused("ARCHIVE_FIFO", `${shown} is a FIFO`);
    case "character-device":
    case "block-device":
      throw refused("ARCHIVE_DEVICE", `${shown} is a device`);
    default:
      throw refused("ARCHIVE_UNSUPPORTED", `${shown} is of type ${header.type}`);
  }
}

/** What zlib and modern-tar throw, as a refusal; ours and the system's errors travel up as they are. */
function brokenTar(error: unknown): unknown {
  if (isCodedError(error) || !(error instanceof Error)) return error;
  const errno = errnoOf(error);
  if (errno === "Z_BUF_ERROR" || error.message === "Tar archive is truncated.") {
    return refused("ARCHIVE_TRUNCATED", "it ends too early", error);
  }
  if (error.message === "incorrect header check") {
    return refused("ARCHIVE_TRAILING_DATA", "what follows the gzip's end is no gzip", error);
  }
  if (error.message === "Invalid EOF.") {
    return refused("ARCHIVE_TRAILING_DATA", "more data follows the tar's end", error);
  }
  if (errno?.startsWith("Z_") === true || /tar|attributes/i.test(error.message)) {
    return refused("ARCHIVE_MALFORMED", `it is no sound tar.gz (${error.message})`, error);
  }
  return error;
}
