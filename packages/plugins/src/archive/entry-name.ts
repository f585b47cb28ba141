import { refused, shownName } from "./archive-error.ts";
import type { ArchiveLimits } from "./archive-limits.ts";

/** The longest name that ext4, APFS and NTFS all take. */
const maxSegmentBytes = 255;

/** Names Windows gives to devices, with any extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const deviceNames = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

/** What Windows refuses in a name, control characters, and characters nobody sees. */
const unusableCharacters = /[<>:"|?*\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * The segments of an entry's name: a relative path that means the same file on every system. A leading `./` is dropped, so the root itself
 * has no segments; a trailing slash is dropped. Throws the refusal for everything else.
 */
export function entrySegments(name: string, limits: ArchiveLimits): readonly string[] {
  checkWhole(name, limits);
  const segments = name.replace(/\/$/, "").split("/");
  while (segments[0] === ".") segments.shift();
  for (const segment of segments) checkSegment(segment, name);
  if (segments.length > limits.maxDepth) {
    throw refused(
      "ARCHIVE_TOO_DEEP",
      `${shownName(name)} lies ${segments.length} levels deep, over the limit of ${limits.maxDepth}`,
    );
  }
  return segments;
}

function checkWhole(name: string, limits: ArchiveLimits): void {
  const shown = shownName(name);
  if (name === "") throw refused("ARCHIVE_NAME_EMPTY", "an entry has no name");
  if (name.includes("\0")) throw refused("ARCHIVE_PATH_NUL", `${shown} holds a NUL character`);
  if (name.includes("\uFFFD")) throw refused("ARCHIVE_NAME_ENCODING", `${shown} is not UTF-8`);
  if (name.includes("\\")) throw refused("ARCHIVE_PATH_BACKSLASH", `${shown} holds a backslash`);
  if (name.startsWith("/")) throw refused("ARCHIVE_PATH_ABSOLUTE", `${shown} is absolute`);
  if (/^[a-z]:/i.test(name)) throw refused("ARCHIVE_PATH_DRIVE", `${shown} begins with a drive`);
  const sizeBytes = Buffer.byteLength(name);
  if (sizeBytes > limits.maxPathBytes) {
    throw refused(
      "ARCHIVE_PATH_TOO_LONG",
      `${shown} has ${sizeBytes} bytes, over the limit of ${limits.maxPathBytes}`,
    );
  }
}

function checkSegment(segment: string, name: string): void {
  const shown = shownName(name);
  if (segment === "") throw refused("ARCHIVE_NAME_EMPTY", `${shown} holds an empty name`);
  if (segment === ".." || segment === ".") {
    throw refused("ARCHIVE_PATH_TRAVERSAL", `${shown} holds ${segment}`);
  }
  if (unusableCharacters.test(segment)) {
    throw refused("ARCHIVE_NAME_CHARACTER", `${shown} holds a character no file name should`);
  }
  if (/[. ]$/.test(segment)) {
    throw refused("ARCHIVE_NAME_TRAILING", `${shown} holds a name that ends in a dot or a space`);
  }
  if (deviceNames.test(segment)) {
    throw refused("ARCHIVE_NAME_RESERVED", `${shown} holds a name Windows reserves`);
  }
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    throw refused("ARCHIVE_PATH_TOO_LONG", `${shown} holds a name over ${maxSegmentBytes} bytes`);
  }
}
