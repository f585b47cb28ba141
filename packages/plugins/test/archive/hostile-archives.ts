import { gzipSync } from "node:zlib";
import type { ArchiveRefusal } from "@aomori/plugins";
import { paxEntry, rawTar, rawTarGz } from "./raw-tar.ts";
import type { RawTarEntry } from "./raw-tar.ts";
import { rawZip } from "./raw-zip.ts";
import type { RawZipEntry } from "./raw-zip.ts";

export interface HostileArchive {
  readonly what: string;
  readonly code: ArchiveRefusal;
  readonly bytes: () => Buffer;
}

/** Small enough that a bomb need not be big. */
export const testLimits = {
  maxEntries: 40,
  maxTotalBytes: 8 * 1024 * 1024,
  maxRatio: 100,
  ratioFloorBytes: 64 * 1024,
  maxDepth: 8,
  maxPathBytes: 200,
};

const good = { name: "plugin" };
const deep = `${"d/".repeat(8)}f`;

/** Names that mean something else somewhere; each is tried in a zip and in a tar. */
const names: readonly (readonly [string, ArchiveRefusal, string])[] = [
  ["climbs out", "ARCHIVE_PATH_TRAVERSAL", "../escaped"],
  ["climbs out from a folder", "ARCHIVE_PATH_TRAVERSAL", "a/../../escaped"],
  ["is .. alone", "ARCHIVE_PATH_TRAVERSAL", ".."],
  ["has an inner dot", "ARCHIVE_PATH_TRAVERSAL", "a/./b"],
  ["is absolute", "ARCHIVE_PATH_ABSOLUTE", "/tmp/escaped"],
  ["is a network path", "ARCHIVE_PATH_ABSOLUTE", "//server/share"],
  ["has a drive", "ARCHIVE_PATH_DRIVE", "C:/escaped"],
  ["is relative to a drive", "ARCHIVE_PATH_DRIVE", "c:escaped"],
  ["climbs with backslashes", "ARCHIVE_PATH_BACKSLASH", "..\\escaped"],
  ["has an inner backslash", "ARCHIVE_PATH_BACKSLASH", "a\\b"],
  ["has an empty segment", "ARCHIVE_NAME_EMPTY", "a//b"],
  ["is a device of Windows", "ARCHIVE_NAME_RESERVED", "a/NUL"],
  ["is a device with an extension", "ARCHIVE_NAME_RESERVED", "com1.txt"],
  ["ends in a dot", "ARCHIVE_NAME_TRAILING", "plugin.exe."],
  ["ends in a space", "ARCHIVE_NAME_TRAILING", "folder /plugin"],
  ["names a stream of NTFS", "ARCHIVE_NAME_CHARACTER", "plugin:hidden"],
  ["holds a line break", "ARCHIVE_NAME_CHARACTER", "a\nb"],
  ["holds an escape sequence", "ARCHIVE_NAME_CHARACTER", "\u001B[31mred"],
  ["turns its letters round", "ARCHIVE_NAME_CHARACTER", "txt.\u202Eexe"],
  ["lies too deep", "ARCHIVE_TOO_DEEP", deep],
];

/** Pairs of entries that some file system takes for one. */
const clashes: readonly (readonly [string, ArchiveRefusal, readonly [string, string]])[] = [
  ["one name twice", "ARCHIVE_DUPLICATE", ["plugin", "plugin"]],
  ["one name twice, once with ./", "ARCHIVE_DUPLICATE", ["plugin", "./plugin"]],
  ["names apart by case", "ARCHIVE_CASE_CLASH", ["plugin", "Plugin"]],
  ["folders apart by case", "ARCHIVE_CASE_CLASH", ["lib/a", "LIB/b"]],
  ["a sharp s and two of them", "ARCHIVE_CASE_CLASH", ["strasse", "stra\u00DFe"]],
  ["one letter composed and not", "ARCHIVE_UNICODE_CLASH", ["caf\u00E9", "cafe\u0301"]],
  ["a ligature and its letters", "ARCHIVE_UNICODE_CLASH", ["\uFB01le", "file"]],
  ["a file, then a folder over it", "ARCHIVE_FILE_OVER_DIRECTORY", ["plugin", "plugin/inner"]],
  ["a folder, then a file over it", "ARCHIVE_FILE_OVER_DIRECTORY", ["plugin/inner", "plugin"]],
];

const zipEntries: readonly (readonly [string, ArchiveRefusal, readonly RawZipEntry[]])[] = [
  ["a symbolic link", "ARCHIVE_SYMLINK", [{ ...good, mode: 0o120777, content: "/etc/passwd" }]],
  ["a FIFO", "ARCHIVE_FIFO", [{ ...good, mode: 0o010644 }]],
  ["a socket", "ARCHIVE_SOCKET", [{ ...good, mode: 0o140644 }]],
  ["a character device", "ARCHIVE_DEVICE", [{ ...good, mode: 0o020644 }]],
  ["a directory by mode only", "ARCHIVE_HEADER_MISMATCH", [{ ...good, mode: 0o040755 }]],
  ["a directory with content", "ARCHIVE_SIZE_MISMATCH", [{ name: "d/", mode: 0o040755 }]],
  ["a NUL in a name", "ARCHIVE_PATH_NUL", [{ name: "plugin\0.txt" }]],
  ["no name", "ARCHIVE_NAME_EMPTY", [{ name: "" }]],
  ["a name that is no UTF-8", "ARCHIVE_NAME_ENCODING", [{ name: Buffer.from([0x70, 0xff]) }]],
  ["a path too long", "ARCHIVE_PATH_TOO_LONG", [{ name: `${"x".repeat(100)}/${"y".repeat(120)}` }]],
  ["an encrypted entry", "ARCHIVE_ENCRYPTED", [{ ...good, flags: 0x801 }]],
  ["an unknown compression", "ARCHIVE_UNSUPPORTED", [{ ...good, method: 14 }]],
  ["another local name", "ARCHIVE_HEADER_MISMATCH", [{ ...good, local: { name: "../../x" } }]],
  [
    "another local name, as long",
    "ARCHIVE_HEADER_MISMATCH",
    [{ ...good, local: { name: "plugim" } }],
  ],
  ["another local size", "ARCHIVE_HEADER_MISMATCH", [{ ...good, local: { size: 1 } }]],
  ["another local checksum", "ARCHIVE_HEADER_MISMATCH", [{ ...good, local: { crc: 1 } }]],
  ["another local compression", "ARCHIVE_HEADER_MISMATCH", [{ ...good, local: { method: 0 } }]],
  ["other local flags", "ARCHIVE_HEADER_MISMATCH", [{ ...good, local: { flags: 0x801 } }]],
  ["a wrong checksum", "ARCHIVE_CHECKSUM_MISMATCH", [{ ...good, crc: 1 }]],
  ["a size too small", "ARCHIVE_SIZE_MISMATCH", [{ ...good, size: 3 }]],
  ["a size too big", "ARCHIVE_SIZE_MISMATCH", [{ ...good, size: 300 }]],
  ["stored in two sizes", "ARCHIVE_SIZE_MISMATCH", [{ ...good, stored: true, size: 300 }]],
  ["a packed size too big", "ARCHIVE_OVERLAP", [{ ...good, packedSize: 3000 }]],
  [
    "bytes between entries",
    "ARCHIVE_HIDDEN_DATA",
    [{ ...good, after: Buffer.alloc(40) }, { name: "b" }],
  ],
  ["a bomb of zeros", "ARCHIVE_RATIO", [{ ...good, content: Buffer.alloc(4 * 1024 * 1024) }]],
  [
    "more bytes than allowed",
    "ARCHIVE_TOO_LARGE",
    [{ ...good, content: Buffer.alloc(9 * 1024 * 1024, "ab") }],
  ],
  ["only a folder", "ARCHIVE_EMPTY", [{ name: "d/", mode: 0o040755, content: "", stored: true }]],
  [
    "another name in its extra field",
    "ARCHIVE_HEADER_MISMATCH",
    [{ ...good, extra: unicodePath("../x") }],
  ],
];

function unicodePath(name: string): Buffer {
  const field = Buffer.alloc(9 + name.length);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + name.length, 2);
  field.writeUInt8(1, 4);
  field.write(name, 9);
  return field;
}

const tarEntries: readonly (readonly [string, ArchiveRefusal, readonly RawTarEntry[]])[] = [
  ["a symbolic link", "ARCHIVE_SYMLINK", [{ name: "plugin", type: "2", link: "/etc/passwd" }]],
  [
    "a link, then a file through it",
    "ARCHIVE_SYMLINK",
    [{ name: "d", type: "2", link: "/tmp" }, { name: "d/x" }],
  ],
  ["a hard link", "ARCHIVE_HARDLINK", [good, { name: "b", type: "1", link: "plugin" }]],
  ["a character device", "ARCHIVE_DEVICE", [{ name: "plugin", type: "3" }]],
  ["a block device", "ARCHIVE_DEVICE", [{ name: "plugin", type: "4" }]],
  ["a FIFO", "ARCHIVE_FIFO", [{ name: "plugin", type: "6" }]],
  [
    "a pax path that climbs out",
    "ARCHIVE_PATH_TRAVERSAL",
    [paxEntry({ path: "../../escaped" }), good],
  ],
  ["a pax path with a NUL", "ARCHIVE_PATH_NUL", [paxEntry({ path: "a\0b" }), good]],
  [
    "a pax path too long",
    "ARCHIVE_PATH_TOO_LONG",
    [paxEntry({ path: `${"x".repeat(150)}/${"y".repeat(90)}` }), good],
  ],
  ["a second size in a pax header", "ARCHIVE_HEADER_MISMATCH", [paxEntry({ size: "3" }), good]],
  ["a sparse file", "ARCHIVE_HEADER_MISMATCH", [paxEntry({ "GNU.sparse.size": "99999999" }), good]],
  [
    "a long name that climbs out",
    "ARCHIVE_PATH_TRAVERSAL",
    [{ name: "L", type: "L", content: "../../escaped\0" }, good],
  ],
  ["a wrong header checksum", "ARCHIVE_MALFORMED", [{ ...good, badChecksum: true }]],
  ["a size past its end", "ARCHIVE_TRUNCATED", [{ ...good, size: 40_000 }]],
  ["a bomb of zeros", "ARCHIVE_RATIO", [{ ...good, content: Buffer.alloc(4 * 1024 * 1024) }]],
  ["more bytes than it may", "ARCHIVE_TOO_LARGE", [{ ...good, size: 9 * 1024 * 1024 }]],
  ["only a folder", "ARCHIVE_EMPTY", [{ name: "d/", type: "5", mode: 0o755 }]],
];

const many = Array.from({ length: 41 }, (_, index) => ({ name: `f${index}` }));
const end = rawZip([]);
/** Its content begins with the local header of an entry `b`. */
const quoting = { stored: true, content: rawZip([{ name: "b" }]) };

const whole: readonly HostileArchive[] = [
  { what: "zip: too many entries", code: "ARCHIVE_TOO_MANY_ENTRIES", bytes: () => rawZip(many) },
  { what: "tar: too many entries", code: "ARCHIVE_TOO_MANY_ENTRIES", bytes: () => rawTarGz(many) },
  { what: "zip: no entries", code: "ARCHIVE_EMPTY", bytes: () => end },
  {
    what: "zip: data after its end",
    code: "ARCHIVE_TRAILING_DATA",
    bytes: () => rawZip([good], { after: Buffer.from("more") }),
  },
  {
    what: "zip: a second zip after its end",
    code: "ARCHIVE_HIDDEN_DATA",
    bytes: () => Buffer.concat([rawZip([good]), rawZip([{ name: "b" }])]),
  },
  {
    what: "zip: data before its first entry",
    code: "ARCHIVE_HIDDEN_DATA",
    bytes: () => rawZip([good], { before: rawZip([good]).subarray(0, 60) }),
  },
  {
    what: "zip: data before its list of entries",
    code: "ARCHIVE_HIDDEN_DATA",
    bytes: () => rawZip([good], { beforeDirectory: Buffer.alloc(64) }),
  },
  {
    what: "zip: data before its end record",
    code: "ARCHIVE_HIDDEN_DATA",
    bytes: () => rawZip([good], { beforeEnd: Buffer.from("hidden") }),
  },
  {
    what: "zip: an end record in its comment",
    code: "ARCHIVE_HIDDEN_DATA",
    bytes: () => rawZip([good], { comment: end }),
  },
  {
    what: "zip: fewer entries said than listed",
    code: "ARCHIVE_HEADER_MISMATCH",
    bytes: () => rawZip([good, { name: "b" }], { entryCount: 1 }),
  },
  {
    what: "zip: more entries said than listed",
    code: "ARCHIVE_MALFORMED",
    bytes: () => rawZip([good], { entryCount: 2 }),
  },
  {
    what: "zip: a zip64 end",
    code: "ARCHIVE_UNSUPPORTED",
    bytes: () => rawZip([good], { entryCount: 0xffff }),
  },
  {
    what: "zip: its second half is missing",
    code: "ARCHIVE_TRUNCATED",
    bytes: () => halfOf(rawZip([{ ...good, content: "x".repeat(50) }])),
  },
  {
    what: "tar: its second half is missing",
    code: "ARCHIVE_TRUNCATED",
    bytes: () => halfOf(rawTarGz([good, { name: "b" }])),
  },
  {
    what: "tar: no end blocks",
    code: "ARCHIVE_TRUNCATED",
    bytes: () => gzipSync(rawTar([good]).subarray(0, 1024)),
  },
  {
    what: "tar: data after its end",
    code: "ARCHIVE_TRAILING_DATA",
    bytes: () => gzipSync(Buffer.concat([rawTar([good]), rawTar([{ name: "b" }])])),
  },
  {
    what: "tar: data after the gzip",
    code: "ARCHIVE_TRAILING_DATA",
    bytes: () => Buffer.concat([rawTarGz([good]), Buffer.from("more")]),
  },
  {
    what: "tar: zeros after the gzip",
    code: "ARCHIVE_TRAILING_DATA",
    bytes: () => Buffer.concat([rawTarGz([good]), Buffer.alloc(40)]),
  },
  {
    what: "zip: an entry in the content of another",
    code: "ARCHIVE_OVERLAP",
    bytes: () =>
      rawZip([
        { ...quoting, name: "a" },
        { name: "b", localHeaderAt: 31 },
      ]),
  },
  {
    what: "zip: two entries with one content",
    code: "ARCHIVE_HEADER_MISMATCH",
    bytes: () => rawZip([good, { name: "b", localHeaderAt: 0 }]),
  },
  {
    what: "tar: a wrong checksum of the gzip",
    code: "ARCHIVE_MALFORMED",
    bytes: () => withWrongChecksum(rawTarGz([good])),
  },
  {
    what: "tar: endless padding",
    code: "ARCHIVE_RATIO",
    bytes: () => gzipSync(Buffer.concat([rawTar([good]), Buffer.alloc(9 * 1024 * 1024)])),
  },
  { what: "a gzip of something else", code: "ARCHIVE_TRUNCATED", bytes: () => gzipSync("no tar") },
  {
    what: "an executable",
    code: "ARCHIVE_FORMAT_UNKNOWN",
    bytes: () => Buffer.from("\u007FELF and more"),
  },
  { what: "an empty file", code: "ARCHIVE_FORMAT_UNKNOWN", bytes: () => Buffer.alloc(0) },
];

/** The checksum is the first of the two numbers a gzip ends with (RFC 1952). */
function withWrongChecksum(gzip: Buffer): Buffer {
  return gzip.fill(0, gzip.length - 8, gzip.length - 4);
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

export const hostileArchives: readonly HostileArchive[] = [
  ...names.flatMap(([what, code, name]) => [
    { what: `zip: a name that ${what}`, code, bytes: () => rawZip([good, { name }]) },
    { what: `tar: a name that ${what}`, code, bytes: () => rawTarGz([good, { name }]) },
  ]),
  ...clashes.flatMap(([what, code, pair]) => [
    { what: `zip: ${what}`, code, bytes: () => rawZip(pair.map((name) => ({ name }))) },
    { what: `tar: ${what}`, code, bytes: () => rawTarGz(pair.map((name) => ({ name }))) },
  ]),
  ...zipEntries.map(([what, code, entries]) => ({
    what: `zip: ${what}`,
    code,
    bytes: () => rawZip(entries),
  })),
  ...tarEntries.map(([what, code, entries]) => ({
    what: `tar: ${what}`,
    code,
    bytes: () => rawTarGz(entries),
  })),
  ...whole,
];
