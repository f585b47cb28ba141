import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { unreadable } from "../declarative/records.ts";
import { delimited } from "../framing/columns.ts";
import { nulFrames } from "../framing/groups.ts";
import { flag, integer, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { gitArgv, gitErrors, gitFlagsWithValue } from "./git-command.ts";

const flags = flagRules({
  pass: [
    "-u",
    "--untracked-files",
    "--ignored",
    "--renames",
    "--no-renames",
    "--find-renames",
    "--ignore-submodules",
    "--ahead-behind",
    "--no-ahead-behind",
    "-uno",
    "-uall",
    "-unormal",
    "--show-stash",
  ],
  drop: [
    "-s",
    "--short",
    "--long",
    "-b",
    "--branch",
    "--porcelain",
    "-z",
    "--column",
    "--no-column",
    "-sb",
  ],
  refuse: { "-v": "it adds a patch", "--verbose": "it adds a patch" },
});

const states: Readonly<Record<string, string>> = {
  ".": "unmodified",
  M: "modified",
  T: "type_changed",
  A: "added",
  D: "deleted",
  R: "renamed",
  C: "copied",
  U: "unmerged",
};
const state = { enum: Object.values(states) };

export const gitStatus: Adapter = {
  name: "git status",
  summary: "The branch and every changed, untracked or ignored path",
  channel: "git status --porcelain=v2 --branch -z",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["branch", "change"],
  schema: {
    anyOf: [
      recordSchema("branch", {
        commit: text,
        head: text,
        upstream: text,
        ahead: integer,
        behind: integer,
        stashes: integer,
      }),
      recordSchema(
        "change",
        {
          path: text,
          kind: { enum: ["ordinary", "renamed", "unmerged", "untracked", "ignored"] },
          index: state,
          worktree: state,
          old_path: text,
          score: integer,
          submodule: flag,
        },
        ["path", "kind"],
      ),
    ],
    properties: Object.fromEntries(
      [
        "type",
        "source",
        "path",
        "kind",
        "index",
        "worktree",
        "old_path",
        "score",
        "submodule",
        "commit",
        "head",
        "upstream",
        "ahead",
        "behind",
        "stashes",
      ].map((name) => [name, {}]),
    ),
  },
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  globalFlagsWithValue: gitFlagsWithValue,
  flags: "-u, --untracked-files, --ignored, --no-renames, --ignore-submodules",
  plan: (argv) => ({
    kind: "child",
    argv: gitArgv("status", argv, flags, ["--porcelain=v2", "--branch", "-z"]),
    stdin: "none",
    items: statusItems,
    errors: gitErrors,
  }),
};

async function* statusItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void> {
  const branch: Record<string, unknown> = {};
  let isBranchTold = false;
  let isCut = false;
  let renamed: ByteString | undefined;
  for await (const frames of nulFrames(chunks)) {
    const items: Item[] = [];
    for (const { bytes, problem } of frames) {
      isCut ||= problem !== undefined;
      if (problem !== undefined) items.push(unreadable(bytes, problem));
      else if (bytes.startsWith("# ")) setHeader(branch, bytes.slice(2));
      else {
        if (!isBranchTold) items.push({ type: "branch", source: "parsed", ...branch });
        isBranchTold = true;
        if (renamed === undefined && bytes.startsWith("2 ")) renamed = bytes;
        else {
          items.push(renamed === undefined ? changeOf(bytes) : changeOf(renamed, bytes));
          renamed = undefined;
        }
      }
    }
    yield items;
  }
  if (renamed !== undefined) yield [unreadable(renamed, "its old path is missing")];
  if (!isBranchTold && !isCut && Object.keys(branch).length > 0)
    yield [{ type: "branch", source: "parsed", ...branch }];
}

function setHeader(branch: Record<string, unknown>, header: ByteString): void {
  const [name = "", ...rest] = header.split(" ");
  const value = rest.join(" ");
  if (name === "branch.oid") branch["commit"] = value === "(initial)" ? null : value;
  else if (name === "branch.head") {
    if (value === "(detached)") branch["head"] = null;
    else setText(branch, "head", value);
  } else if (name === "branch.upstream") setText(branch, "upstream", value);
  else if (name === "stash") branch["stashes"] = Number(value);
  else if (name === "branch.ab") {
    const found = /^\+(\d+) -(\d+)$/.exec(value);
    if (found !== null)
      Object.assign(branch, { ahead: Number(found[1]), behind: Number(found[2]) });
  }
}

function changeOf(entry: ByteString, oldPath?: ByteString): Item {
  const letter = entry[0] ?? "";
  if (letter === "?" || letter === "!") {
    return change(entry.slice(2), { kind: letter === "?" ? "untracked" : "ignored" });
  }
  const count = { "1": 9, "2": 10, u: 11 }[letter];
  const parts = count === undefined ? undefined : delimited(entry, " ", count);
  const path = parts?.at(-1);
  if (parts === undefined || path === undefined)
    return unreadable(entry, "it is no entry of porcelain v2");
  const [, letters = "..", submodule = "N..."] = parts;
  const fields: Record<string, unknown> = {
    kind: letter === "1" ? "ordinary" : letter === "2" ? "renamed" : "unmerged",
    index: states[letters[0] ?? ""] ?? letters[0],
    worktree: states[letters[1] ?? ""] ?? letters[1],
    submodule: submodule.startsWith("S"),
  };
  if (oldPath !== undefined) {
    setText(fields, "old_path", oldPath);
    fields["score"] = Number((parts.at(-2) ?? "").slice(1));
  }
  return change(path, fields);
}

function change(path: ByteString, fields: Readonly<Record<string, unknown>>): Item {
  const record: Record<string, unknown> = {};
  setText(record, "path", path);
  return { type: "change", source: "parsed", ...record, ...fields };
}
