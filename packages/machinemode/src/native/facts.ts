import type { BigIntStats, Stats } from "node:fs";
import { lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { ByteString } from "../byte-text.ts";
import { setText, toSystemPath } from "../byte-text.ts";
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

/** The facts of `ls -l`, as fields of a record. */
export class Facts {
  readonly #users = new NameTable("/etc/passwd");
  readonly #groups = new NameTable("/etc/group");
  #second = Number.NaN;
  #secondText = "";

  set(record: Record<string, unknown>, stats: Stats, path: ByteString): void {
    record["mode"] = modeText(stats.mode);
    record["size_bytes"] = stats.size;
    record["modified_at"] = this.time(stats.mtimeMs);
    record["uid"] = stats.uid;
    record["gid"] = stats.gid;
    record["user"] = this.#users.nameOf(stats.uid);
    record["group"] = this.#groups.nameOf(stats.gid);
    record["links"] = stats.nlink;
    record["inode"] = Number.isSafeInteger(stats.ino) ? stats.ino : bigStats(path).ino;
    this.setKindFacts(record, stats, path);
  }

  user(uid: number): string | null {
    return this.#users.nameOf(uid);
  }

  group(gid: number): string | null {
    return this.#groups.nameOf(gid);
  }

  setKindFacts(
    record: Record<string, unknown>,
    stats: Pick<Stats, "mode" | "rdev">,
    path: ByteString,
  ): void {
    const kind = kindOfMode(stats.mode);
    if (kind === "symlink") setText(record, "target", linkTarget(path));
    if (kind === "block_device" || kind === "character_device") {
      record["device_major"] = majorOf(stats.rdev);
      record["device_minor"] = minorOf(stats.rdev);
    }
  }

  /** ISO-8601 with milliseconds; neighbours in a directory often share the second. */
  time(epochMs: number): string {
    const second = Math.floor(epochMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = new Date(second * 1000).toISOString().slice(0, -4);
    }
    const millis = Math.floor(epochMs) - second * 1000;
    return `${this.#secondText}${millis < 10 ? "00" : millis < 100 ? "0" : ""}${millis}Z`;
  }
}

export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

export function bigStats(path: ByteString, follow = false): BigIntStats {
  const file = toSystemPath(path);
  return follow ? statSync(file, { bigint: true }) : lstatSync(file, { bigint: true });
}

export function linkTarget(path: ByteString): ByteString {
  return readlinkSync(toSystemPath(path), { encoding: "latin1" });
}

/** Linux's encoding of a device number. */
export function majorOf(device: number): number {
  return Number(((BigInt(device) >> 8n) & 0xfffn) | ((BigInt(device) >> 32n) & ~0xfffn));
}

export function minorOf(device: number): number {
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
