import type { ChildPlan } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import { UnreadableField, epochTime, integerOf } from "../declarative/field-value.ts";
import { unreadable } from "../declarative/records.ts";
import { nulGroups } from "../framing/groups.ts";
import type { Item } from "../record.ts";
import type { FindRequest } from "./find-request.ts";
import { printMark } from "./find-request.ts";
import { kindOfLetter } from "./kinds.ts";

const shortFields = ["%p", "%f", "%y", "%d"] as const;
const longFields = [
  ...shortFields,
  "%m",
  "%s",
  "%T@",
  "%U",
  "%G",
  "%u",
  "%g",
  "%n",
  "%i",
  "%l",
] as const;

/** GNU find itself, printing each fact with a NUL behind it. */
export function findPlan(request: Extract<FindRequest, { readonly kind: "channel" }>): ChildPlan {
  const fields = request.long ? longFields : shortFields;
  const format = fields.map((field) => `${field}\\0`).join("");
  const print = ["-printf", format];
  return {
    kind: "child",
    argv: [
      "find",
      ...request.head,
      ...request.expression.flatMap((word) => (word === printMark ? print : [word])),
    ],
    stdin: "none",
    items: (chunks) => nulGroups(chunks, fields.length, recordOf),
    errors: { exit: {}, stderr: [] },
  };
}

function recordOf(fields: readonly ByteString[]): Item {
  const [path = "", name = "", letter = "", depth = "", ...long] = fields;
  const record: Record<string, unknown> = {};
  setText(record, "path", path);
  setText(record, "name", name);
  record["kind"] = kindOfLetter[letter] ?? "unknown";
  record["depth"] = Number(depth);
  try {
    if (long.length > 0) setFacts(record, long);
  } catch (error) {
    if (error instanceof UnreadableField) return unreadable(fields.join(" "), error.message);
    throw error;
  }
  return { type: "entry", source: "parsed", ...record };
}

function setFacts(record: Record<string, unknown>, facts: readonly ByteString[]): void {
  const [
    mode = "",
    size = "",
    time = "",
    uid = "",
    gid = "",
    user = "",
    group = "",
    links = "",
    inode = "",
    target = "",
  ] = facts;
  record["mode"] = mode.padStart(4, "0");
  record["size_bytes"] = integerOf(size);
  record["modified_at"] = epochTime(time);
  record["uid"] = integerOf(uid);
  record["gid"] = integerOf(gid);
  record["user"] = user === uid ? null : user;
  record["group"] = group === gid ? null : group;
  record["links"] = integerOf(links);
  record["inode"] = integerOf(inode);
  if (record["kind"] === "symlink") setText(record, "target", target);
}
