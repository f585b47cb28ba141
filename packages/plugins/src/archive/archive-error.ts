import { TerminalError, UserError } from "@aomori/protocol";

/** Why an archive is not unpacked; one code per reason. */
export type ArchiveRefusal =
  | "ARCHIVE_FORMAT_UNKNOWN"
  | "ARCHIVE_UNSUPPORTED"
  | "ARCHIVE_EMPTY"
  | "ARCHIVE_MALFORMED"
  | "ARCHIVE_TRUNCATED"
  | "ARCHIVE_TRAILING_DATA"
  | "ARCHIVE_HIDDEN_DATA"
  | "ARCHIVE_OVERLAP"
  | "ARCHIVE_HEADER_MISMATCH"
  | "ARCHIVE_SIZE_MISMATCH"
  | "ARCHIVE_CHECKSUM_MISMATCH"
  | "ARCHIVE_ENCRYPTED"
  | "ARCHIVE_SYMLINK"
  | "ARCHIVE_HARDLINK"
  | "ARCHIVE_DEVICE"
  | "ARCHIVE_FIFO"
  | "ARCHIVE_SOCKET"
  | "ARCHIVE_PATH_TRAVERSAL"
  | "ARCHIVE_PATH_ABSOLUTE"
  | "ARCHIVE_PATH_DRIVE"
  | "ARCHIVE_PATH_BACKSLASH"
  | "ARCHIVE_PATH_NUL"
  | "ARCHIVE_PATH_TOO_LONG"
  | "ARCHIVE_TOO_DEEP"
  | "ARCHIVE_NAME_EMPTY"
  | "ARCHIVE_NAME_ENCODING"
  | "ARCHIVE_NAME_CHARACTER"
  | "ARCHIVE_NAME_RESERVED"
  | "ARCHIVE_NAME_TRAILING"
  | "ARCHIVE_DUPLICATE"
  | "ARCHIVE_CASE_CLASH"
  | "ARCHIVE_UNICODE_CLASH"
  | "ARCHIVE_FILE_OVER_DIRECTORY"
  | "ARCHIVE_TOO_MANY_ENTRIES"
  | "ARCHIVE_TOO_LARGE"
  | "ARCHIVE_RATIO";

const shownLength = 120;

/** A name from an archive, safe to show: quoted, escaped and cut. */
export function shownName(name: string): string {
  const quoted = JSON.stringify(name);
  return quoted.length > shownLength ? `${quoted.slice(0, shownLength)}…` : quoted;
}

/** An archive that is refused as a whole; `what` says what was found in it, with the value. */
export function refused(code: ArchiveRefusal, what: string, cause?: unknown): TerminalError {
  return new TerminalError(
    "validation",
    code,
    `the archive is refused: ${what}; nothing of it was kept, tell the plugin's author`,
    { cause },
  );
}

export function targetExists(directory: string, cause: unknown): UserError {
  return new UserError(
    "conflict",
    "ARCHIVE_TARGET_EXISTS",
    `cannot unpack into ${directory}: it is there already; name a directory that is not`,
    { cause },
  );
}
