import type { BigIntStats, Stats } from "node:fs";
import { lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { ByteString } from "../byte-text.ts";
import { textFields, toSystemPath } from "../byte-text.ts";
import type { JsonSchema } from "../json-schema.ts";
import { integer, nullable, text, time } from "../json-schema.ts";
import { kindOfMode } from "./kinds.ts";

export const factSchemas: Readonly<Record<string, JsonSchema>> = {
  mode: { type: "string", pattern: "^[0-7]{4}$" },
  size_bytes: integer,
  modified_at: time,
  uid: integer,
  gid: integer,
  user: nullable(text),
  group: nullable(text),
  links: integer,
  inode: integer,
  target: text,
  device_major: integer,
  device_minor: integer,
};

/** What lstat says about a path, in milliseconds where it is a time. Throws system errors. */
export function statOf(path: ByteString, follow = false): Stats {
  const file = toSystemPath(path);
  return follow ? statSync(file) : lstatSync(file);
}

/** The facts of `ls -l` that every file has. */
export interface FileFacts {
  readonly mode: string;
  readonly size_bytes: number;
  readonly modified_at: string;
  readonly uid: number;
  readonly gid: number;
  readonly user: string | null;
  readonly group: string | null;
  readonly links: number;
  readonly inode: number | bigint;
}

/** Looks up and formats what lstat says. */
export class Facts {
  readonly #users = new NameTable("/etc/passwd");
  readonly #groups = new NameTable("/etc/group");
  readonly #modes = new Map<number, string>();
  #day = Number.NaN;
  #dayText = "";

  /** Of one shape for every file, because there are many. */
  of(stats: Stats, path: ByteString): FileFacts {
    const { mode, size, mtimeMs, uid, gid, nlink, ino } = stats;
    return {
      mode: this.mode(mode),
      size_bytes: size,
      modified_at: this.time(mtimeMs),
      uid,
      gid,
      user: this.#users.nameOf(uid),
      group: this.#groups.nameOf(gid),
      links: nlink,
      inode: Number.isSafeInteger(ino) ? ino : bigStats(path).ino,
    };
  }

  mode(mode: number): string {
    const known = this.#modes.get(mode);
    if (known !== undefined) return known;
    const text = modeText(mode);
    this.#modes.set(mode, text);
    return text;
  }

  user(uid: number): string | null {
    return this.#users.nameOf(uid);
  }

  group(gid: number): string | null {
    return this.#groups.nameOf(gid);
  }

  /** ISO-8601 with milliseconds; neighbours in a directory often share the day. */
  time(epochMs: number): string {
    const wholeMs = Math.floor(epochMs);
    const day = Math.floor(wholeMs / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayText = new Date(day * dayMs).toISOString().slice(0, -"00:00:00.000Z".length);
    }
    const ofDayMs = wholeMs - day * dayMs;
    const seconds = Math.floor(ofDayMs / 1000);
    const minutes = Math.floor(seconds / 60);
    const clock = `${digits[Math.floor(minutes / 60)]}:${digits[minutes % 60]}:${digits[seconds % 60]}`;
    const ms = ofDayMs - seconds * 1000;
    return `${this.#dayText}${clock}.${Math.floor(ms / 100)}${digits[ms % 100]}Z`;
  }
}

const dayMs = 86_400_000;
/** Numbers of two digits as text: a listing needs many. */
const digits = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(2, "0"));

/** What only links and devices have. */
export function kindFacts(
  stats: Pick<Stats, "mode" | "rdev">,
  path: ByteString,
): Readonly<Record<string, unknown>> {
  const kind = kindOfMode(stats.mode);
  if (kind === "symlink") return textFields("target", linkTarget(path));
  if (kind !== "block_device" && kind !== "character_device") return none;
  return { device_major: majorOf(stats.rdev), device_minor: minorOf(stats.rdev) };
}

const none = {};

export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

export function bigStats(path: ByteString, follow = false): BigIntStats {
  const file = toSystemPath(path);
  return follow ? statSync(file, { bigint: true }) : lstatSync(file, { bigint: true });
}

function linkTarget(path: ByteString): ByteString {
  return readlinkSync(toSystemPath(path), { encoding: "latin1" });
}

/** Linux's encoding of a device number. */
function majorOf(device: number): number {
  return Number(((BigInt(device) >> 8n) & 0xfffn) | ((BigInt(device) >> 32n) & ~0xfffn));
}

function minorOf(device: number): number {
  return Number((BigInt(device) & 0xffn) | ((BigInt(device) >> 12n) & ~0xffn));
}

/** Names by id from a file like /etc/passwd; an id it does not have stays without a name. */
class NameTable {
  readonly #file: string;
  #names: Map<number, string> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  nameOf(id: number): string | null {
    this.#names ??= this.#read();
    return this.#names.get(id) ?? null;
  }

  #read(): Map<number, string> {
    const names = new Map<number, string>();
    for (const line of this.#content().split("\n")) {
      const [name = "", , id = ""] = line.split(":");
      if (/^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
    }
    return names;
  }

  #content(): string {
    try {
      return readFileSync(this.#file, "utf8");
    } catch {
      return ""; // Without the file no id has a name, which is what the record then says.
    }
  }
}
