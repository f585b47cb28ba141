import type { BigIntStats } from "node:fs";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText, toByteString } from "../byte-text.ts";
import { UserError } from "@aomori/protocol";
import { integer, nullable, recordSchema, text, time } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { parseCommandLine, refuseUnknown } from "./command-line.ts";
import { pathErrorItem } from "./errno.ts";
import { Facts, bigStats, factSchemas, kindFacts, modeText } from "./facts.ts";
import { fileKind, kindOfMode } from "./kinds.ts";
import { epochTime } from "../declarative/field-value.ts";

export const stat: Adapter = {
  name: "stat",
  summary: "All facts of files, times in nanoseconds",
  channel: "lstat in this process",
  source: "native",
  effects: { readOnly: true },
  recordTypes: ["file"],
  schema: recordSchema(
    "file",
    {
      path: text,
      kind: fileKind,
      ...factSchemas,
      device: integer,
      blocks: integer,
      io_block_bytes: integer,
      accessed_at: time,
      changed_at: time,
      born_at: nullable(time),
    },
    ["path", "kind"],
  ),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  flags: "-L; refused: -f (use df), -c and --printf (use --fields)",
  plan: (argv) => {
    const line = parseCommandLine("stat", argv, { short: { L: "dereference", t: "terse" } });
    refuseUnknown("stat", line);
    if (line.operands.length === 0)
      throw new UserError("usage", "MISSING_OPERAND", "stat needs the path of a file");
    const follow = line.flags.has("dereference");
    return {
      kind: "native",
      items: () => [line.operands.map((operand) => fileRecord(toByteString(operand), follow))],
    };
  },
};

function fileRecord(path: ByteString, follow: boolean): Item {
  try {
    const facts = new Facts();
    const stats = bigStats(path, follow);
    const record: Record<string, unknown> = {};
    setText(record, "path", path);
    setFacts(record, stats, facts);
    return {
      type: "file",
      source: "native",
      ...record,
      ...kindFacts({ mode: Number(stats.mode), rdev: Number(stats.rdev) }, path),
    };
  } catch (error) {
    return pathErrorItem(error, "look at", path);
  }
}

function setFacts(record: Record<string, unknown>, stats: BigIntStats, facts: Facts): void {
  const mode = Number(stats.mode);
  record["kind"] = kindOfMode(mode);
  record["mode"] = modeText(mode);
  record["size_bytes"] = stats.size;
  record["uid"] = stats.uid;
  record["gid"] = stats.gid;
  record["user"] = facts.user(Number(stats.uid));
  record["group"] = facts.group(Number(stats.gid));
  record["links"] = stats.nlink;
  record["inode"] = stats.ino;
  record["device"] = stats.dev;
  record["blocks"] = stats.blocks;
  record["io_block_bytes"] = stats.blksize;
  record["modified_at"] = nanoTime(stats.mtimeNs);
  record["accessed_at"] = nanoTime(stats.atimeNs);
  record["changed_at"] = nanoTime(stats.ctimeNs);
  record["born_at"] = stats.birthtimeNs === 0n ? null : nanoTime(stats.birthtimeNs);
}

function nanoTime(epochNs: bigint): string {
  const seconds = epochNs / 1_000_000_000n - (epochNs % 1_000_000_000n < 0n ? 1n : 0n);
  const rest = epochNs - seconds * 1_000_000_000n;
  return epochTime(`${seconds}.${rest.toString().padStart(9, "0")}`);
}
