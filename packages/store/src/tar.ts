const blockSize = 512;

export interface TarEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly type: "file" | "directory";
  readonly mode: number;
  readonly content: Uint8Array;
}

/**
 * The files and directories of an uncompressed ustar archive (POSIX.1-2017, pax: ustar interchange format) as
 * `writeTar` makes them. Other entry types, absolute paths and `..` are refused.
 */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  for (let offset = 0; offset + blockSize <= archive.length;) {
    const header = archive.subarray(offset, offset + blockSize);
    if (header.every((byte) => byte === 0)) return;
    const path = textField(header, 0, 100);
    const sizeBytes = octalField(header, 124, 12);
    const flag = textField(header, 156, 1);
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`archive entry ${path} leaves its directory`);
    }
    if (flag !== "0" && flag !== "5") throw new Error(`archive entry ${path} has type ${flag}`);
    const start = offset + blockSize;
    if (start + sizeBytes > archive.length) throw new Error(`archive entry ${path} is cut off`);
    yield {
      path: path.replace(/\/$/, ""),
      type: flag === "5" ? "directory" : "file",
      mode: octalField(header, 100, 8),
      content: archive.subarray(start, start + sizeBytes),
    };
    offset = start + Math.ceil(sizeBytes / blockSize) * blockSize;
  }
  throw new Error("archive ends without its end mark");
}

/** An uncompressed ustar archive with fixed times and owners, so that equal trees give equal bytes. */
export function writeTar(entries: Iterable<TarEntry>): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    parts.push(headerOf(entry), entry.content);
    const rest = entry.content.length % blockSize;
    if (rest > 0) parts.push(new Uint8Array(blockSize - rest));
  }
  parts.push(new Uint8Array(2 * blockSize));
  return Buffer.concat(parts);
}

function headerOf({ path, type, mode, content }: TarEntry): Buffer {
  const header = Buffer.alloc(blockSize);
  const name = type === "directory" ? `${path}/` : path;
  if (Buffer.byteLength(name) > 100) throw new Error(`path ${name} is over 100 bytes`);
  header.write(name, 0);
  const octal = (value: number, at: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, "0"), at);
  };
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write(type === "directory" ? "5" : "0", 156);
  header.write("ustar\u000000", 257, "latin1");
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

function textField(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString("utf8");
}

function octalField(header: Uint8Array, start: number, length: number): number {
  return Number.parseInt(textField(header, start, length).trim(), 8);
}
