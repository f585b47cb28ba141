import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { ioError } from "@aomori/system";
import { refused } from "./archive-error.ts";
import { defaultArchiveLimits } from "./archive-limits.ts";
import type { ArchiveLimits } from "./archive-limits.ts";
import { extractTarGz } from "./extract-tar.ts";
import { extractZip } from "./extract-zip.ts";
import { Extraction } from "./extraction.ts";
import type { ExtractedFile, ExtractionProgress } from "./extraction.ts";
import { TargetDirectory } from "./target-directory.ts";

export interface ExtractOptions {
  /** The archive: a zip or a gzipped tar, told apart by its first bytes. */
  readonly file: string;
  /** Made by this call; its parent must be there. */
  readonly directory: string;
  readonly limits?: ArchiveLimits;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExtractionProgress) => void;
}

/**
 * Unpacks an archive into a new directory: plain files (0644, or 0755 where the archive lets anyone run them) and directories, nothing else.
 * An archive that holds anything else, or whose names, sizes or headers cannot be trusted, is refused whole with a code of `ArchiveRefusal`;
 * the directory is gone again after any failure. Nothing is synced to the disk here.
 */
export async function extractArchive(options: ExtractOptions): Promise<readonly ExtractedFile[]> {
  const doing = `cannot read the archive ${options.file}`;
  const file = await open(options.file, "r").catch((error: unknown) => {
    throw ioError(error, doing);
  });
  try {
    const extract = await chooseFormat(file);
    const target = await TargetDirectory.create(options.directory);
    try {
      const extraction = new Extraction(target, options.signal, options.onProgress);
      await extract(file, extraction, options.limits ?? defaultArchiveLimits);
      if (extraction.files.length === 0) throw refused("ARCHIVE_EMPTY", "no file is in it");
      return extraction.files;
    } catch (error) {
      await target.remove();
      throw ioError(error, doing);
    }
  } finally {
    await file.close();
  }
}

async function chooseFormat(file: FileHandle): Promise<typeof extractZip> {
  const start = Buffer.alloc(4);
  const { bytesRead } = await file.read(start, 0, start.length, 0);
  const magic = start.subarray(0, bytesRead).toString("latin1");
  if (magic.startsWith("\x1f\x8b")) return extractTarGz;
  if (magic === "PK\u0003\u0004" || magic === "PK\u0005\u0006") return extractZip;
  throw refused("ARCHIVE_FORMAT_UNKNOWN", "it is neither a zip nor a gzipped tar");
}
