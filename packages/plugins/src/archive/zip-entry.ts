import type { Entry } from "yauzl";
import { refused, shownName } from "./archive-error.ts";

/** An entry of a zip, as its central record says; what it says is checked, what its local header says not yet. */
export interface ZipEntry {
  readonly raw: Entry;
  readonly rawName: Buffer;
  readonly name: string;
  readonly kind: "file" | "directory";
  readonly mode: number;
}

const unicodePathField = 0x7075;
const encryptedFlags = 0x1 | 0x40 | 0x2000;

/** With `decodeStrings` off yauzl hands out the name's bytes, which its types do not say. */
function nameBytes(entry: Entry): Buffer {
  const name: unknown = entry.fileName;
  if (!Buffer.isBuffer(name)) throw new TypeError("yauzl decoded a name it was told not to");
  return name;
}

function decodeName(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const shown = shownName(bytes.toString("latin1"));
    throw refused("ARCHIVE_NAME_ENCODING", `the name ${shown} is not UTF-8`, error);
  }
}

function kindOf(name: string, mode: number): ZipEntry["kind"] {
  const byName = name.endsWith("/") ? "directory" : "file";
  const shown = shownName(name);
  switch (mode & 0o170000) {
    case 0:
      return byName;
    case 0o100000:
    case 0o040000:
      if ((mode & 0o170000) === (byName === "file" ? 0o100000 : 0o040000)) return byName;
      throw refused("ARCHIVE_HEADER_MISMATCH", `${shown} is a ${byName} by name, not by its mode`);
    case 0o120000:
      throw refused("ARCHIVE_SYMLINK", `${shown} is a symbolic link`);
    case 0o010000:
      throw refused("ARCHIVE_FIFO", `${shown} is a FIFO`);
    case 0o140000:
      throw refused("ARCHIVE_SOCKET", `${shown} is a socket`);
    default:
      throw refused("ARCHIVE_DEVICE", `${shown} is a device`);
  }
}

export function readZipEntry(raw: Entry): ZipEntry {
  const rawName = nameBytes(raw);
  const name = decodeName(rawName);
  const shown = shownName(name);
  if ((raw.generalPurposeBitFlag & encryptedFlags) !== 0) {
    throw refused("ARCHIVE_ENCRYPTED", `${shown} is encrypted`);
  }
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    throw refused("ARCHIVE_UNSUPPORTED", `${shown} has compression ${raw.compressionMethod}`);
  }
  const path = raw.extraFields.find(({ id }) => id === unicodePathField)?.data.subarray(5);
  if (path !== undefined && !rawName.equals(path)) {
    throw refused("ARCHIVE_HEADER_MISMATCH", `${shown} has another name in its extra field`);
  }
  const mode = raw.externalFileAttributes >>> 16;
  const kind = kindOf(name, mode);
  if (kind === "directory" && raw.uncompressedSize > 0) {
    throw refused("ARCHIVE_SIZE_MISMATCH", `the directory ${shown} has content`);
  }
  return { raw, rawName, name, kind, mode };
}
