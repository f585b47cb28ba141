import { crc32, deflateRawSync } from "node:zlib";

/** One entry, byte for byte as told: what is not told is as an honest zip has it. */
export interface RawZipEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly mode?: number;
  readonly stored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly extra?: Buffer;
  /** Only in the local header. */
  readonly local?: { name?: string; size?: number; method?: number; flags?: number; crc?: number };
  /** Sizes and checksum follow the content, with a signature. */
  readonly described?: boolean;
  /** Bytes between this entry and the next one. */
  readonly after?: Buffer;
  /** Where its local header is said to lie; it gets none of its own. */
  readonly localHeaderAt?: number;
}

export interface RawZipOptions {
  readonly before?: Buffer;
  readonly beforeDirectory?: Buffer;
  readonly beforeEnd?: Buffer;
  readonly comment?: Buffer;
  readonly entryCount?: number;
  readonly directorySizeBytes?: number;
  readonly after?: Buffer;
}

interface Fields {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

function writeFields(target: Buffer, offset: number, fields: Fields): void {
  target.writeUInt16LE(20, offset);
  target.writeUInt16LE(fields.flags, offset + 2);
  target.writeUInt16LE(fields.method, offset + 4);
  target.writeUInt16LE(0, offset + 6);
  target.writeUInt16LE(0x21, offset + 8);
  target.writeUInt32LE(fields.crc, offset + 10);
  target.writeUInt32LE(fields.packed, offset + 14);
  target.writeUInt32LE(fields.size, offset + 18);
}

function fieldsOf(entry: RawZipEntry, content: Buffer, packed: Buffer): Fields {
  return {
    flags: (entry.flags ?? 0x800) | (entry.described === true ? 0x8 : 0),
    method: entry.method ?? (entry.stored === true ? 0 : 8),
    crc: entry.crc ?? crc32(content),
    packed: entry.packedSize ?? packed.length,
    size: entry.size ?? content.length,
  };
}

function localHeader(entry: RawZipEntry, fields: Fields): Buffer {
  const name = Buffer.from(entry.local?.name ?? entry.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  const sizes = entry.described === true ? { crc: 0, packed: 0, size: 0 } : {};
  writeFields(header, 4, { ...fields, ...sizes, ...entry.local });
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function descriptor(fields: Fields): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(fields.crc, 4);
  bytes.writeUInt32LE(fields.packed, 8);
  bytes.writeUInt32LE(fields.size, 12);
  return bytes;
}

function centralRecord(entry: RawZipEntry, fields: Fields, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const extra = entry.extra ?? Buffer.alloc(0);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE((3 << 8) | 20, 4);
  writeFields(record, 6, fields);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(extra.length, 30);
  record.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
  record.writeUInt32LE(offset, 42);
  return Buffer.concat([record, name, extra]);
}

/** A zip written by hand, since libraries refuse to write most of these. */
export function rawZip(entries: readonly RawZipEntry[], options: RawZipOptions = {}): Buffer {
  const parts: Buffer[] = [options.before ?? Buffer.alloc(0)];
  const records: Buffer[] = [];
  let offset = parts[0]!.length;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? "content");
    const packed = entry.stored === true ? content : deflateRawSync(content);
    const fields = fieldsOf(entry, content, packed);
    records.push(centralRecord(entry, fields, entry.localHeaderAt ?? offset));
    if (entry.localHeaderAt !== undefined) continue;
    const local = [localHeader(entry, fields), packed];
    if (entry.described === true) local.push(descriptor(fields));
    if (entry.after !== undefined) local.push(entry.after);
    parts.push(...local);
    offset += Buffer.concat(local).length;
  }
  if (options.beforeDirectory !== undefined) {
    parts.push(options.beforeDirectory);
    offset += options.beforeDirectory.length;
  }
  const directory = Buffer.concat(records);
  const comment = options.comment ?? Buffer.alloc(0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(options.entryCount ?? entries.length, 8);
  end.writeUInt16LE(options.entryCount ?? entries.length, 10);
  end.writeUInt32LE(options.directorySizeBytes ?? directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  const beforeEnd = options.beforeEnd ?? Buffer.alloc(0);
  const after = options.after ?? Buffer.alloc(0);
  return Buffer.concat([...parts, directory, beforeEnd, end, comment, after]);
}
