import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { unreadable } from "../declarative/records.ts";
import { nulFrames } from "../framing/groups.ts";
import { flag, integer, nullable, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { gitArgv, gitErrors, gitFlagsWithValue } from "./git-command.ts";

const flags = flagRules({
  pass: [
    "--cached",
    "--staged",
    "--merge-base",
    "-M",
    "-C",
    "-R",
    "-D",
    "--find-renames",
    "--find-copies",
    "--find-copies-harder",
    "--no-renames",
    "-w",
    "-b",
    "--ignore-all-space",
    "--ignore-space-change",
    "--ignore-space-at-eol",
    "--ignore-cr-at-eol",
    "--ignore-blank-lines",
    "--diff-filter=",
    "-S=",
    "-G=",
    "--pickaxe-all",
    "--pickaxe-regex",
    "--relative",
    "--no-relative",
    "-a",
    "--text",
    "--no-index",
    "--ignore-submodules",
    "--minimal",
    "--patience",
    "--histogram",
    "--diff-algorithm=",
    "-I=",
    "--ignore-matching-lines=",
    "-B",
    "--break-rewrites",
  ],
  drop: [
    "-p",
    "-u",
    "--patch",
    "--no-patch",
    "-s",
    "--stat",
    "--numstat",
    "--shortstat",
    "--summary",
    "--raw",
    "--name-only",
    "--name-status",
    "-z",
    "--color",
    "--no-color",
    "--compact-summary",
    "--abbrev",
    "--full-index",
    "--no-ext-diff",
    "--exit-code",
    "--word-diff",
    "--color-words",
  ],
  refuse: {
    "--quiet": "it prints nothing",
    "--check": "it prints faults of white space",
    "-c": "a combined diff has several old sides",
    "--cc": "a combined diff has several old sides",
    "--output": "it writes a file",
    "--ext-diff": "it runs other programs",
    "--dirstat": "it tells of directories",
  },
});

const states: Readonly<Record<string, string>> = {
  A: "added",
  C: "copied",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type_changed",
  U: "unmerged",
  X: "unknown",
  B: "broken",
};

export const gitDiff: Adapter = {
  name: "git diff",
  summary: "Changed files, each with its lines added and deleted",
  channel: "git diff --raw --numstat -z",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["file"],
  schema: recordSchema(
    "file",
    {
      path: text,
      old_path: text,
      status: { enum: Object.values(states) },
      score: integer,
      old_mode: text,
      new_mode: text,
      old_oid: text,
      new_oid: text,
      additions: nullable(integer),
      deletions: nullable(integer),
      binary: flag,
    },
    ["path", "status"],
  ),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  globalFlagsWithValue: gitFlagsWithValue,
  flags: "all that choose files and sides; flags of layout (-p, --stat …) change nothing",
  plan: (argv) => ({
    kind: "child",
    argv: gitArgv("diff", argv, flags, [
      "--raw",
      "--numstat",
      "-z",
      "--no-abbrev",
      "--no-ext-diff",
      "--no-textconv",
      "--no-color",
    ]),
    stdin: "none",
    items: diffItems,
    errors: gitErrors,
  }),
};

interface Change {
  readonly fields: Record<string, unknown>;
  readonly path: ByteString;
}

/** Git writes all raw entries and then, in the same order, all counts: the entries are held until their counts come. */
async function* diffItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void> {
  const reader = new DiffReader();
  for await (const frames of nulFrames(chunks)) {
    const items: Item[] = [];
    for (const { bytes, problem } of frames) {
      const item = problem === undefined ? reader.read(bytes) : unreadable(bytes, problem);
      if (item !== undefined) items.push(item);
    }
    yield items;
  }
  yield reader.end();
}

class DiffReader {
  readonly #changes: Change[] = [];
  readonly #uncounted: Change[] = [];
  #next = 0;
  /** A header that waits for its paths: how many, and those that came. */
  #open:
    | { readonly header: ByteString; readonly wanted: number; readonly paths: ByteString[] }
    | undefined;

  read(frame: ByteString): Item | undefined {
    if (this.#open !== undefined) {
      this.#open.paths.push(frame);
      return this.#open.paths.length === this.#open.wanted ? this.#finish() : undefined;
    }
    if (frame.startsWith(":")) {
      const isPair = /[RC]\d*$/.test(frame);
      this.#open = { header: frame, wanted: isPair ? 2 : 1, paths: [] };
      return undefined;
    }
    const counts = /^(-|\d+)\t(-|\d+)\t([^]*)$/.exec(frame);
    if (counts === null) return unreadable(frame, "it is neither an entry nor a count");
    const [, , , path = ""] = counts;
    this.#open = { header: frame, wanted: path === "" ? 2 : 0, paths: [] };
    return path === "" ? undefined : this.#finish();
  }

  /** An unmerged path may have no counts; for any other their absence means that the output was cut. */
  end(): readonly Item[] {
    const rest = [...this.#uncounted, ...this.#changes.slice(this.#next)].map(({ fields, path }) =>
      fields["status"] === "unmerged"
        ? recordOf(fields)
        : unreadable(path, "its counts are missing"),
    );
    return this.#open === undefined
      ? rest
      : [...rest, unreadable(this.#open.header, "its path is missing")];
  }

  #finish(): Item | undefined {
    const { header = "", paths = [] } = this.#open ?? {};
    this.#open = undefined;
    if (header.startsWith(":")) {
      const change = changeOf(header, paths);
      if (change === undefined) return unreadable(header, "it is no raw entry");
      this.#changes.push(change);
      return undefined;
    }
    const [added = "", deleted = "", inline = ""] = header.split("\t");
    const path = paths[1] ?? header.slice(added.length + deleted.length + 2) ?? inline;
    return this.#counted(path, added, deleted);
  }

  #counted(path: ByteString, added: string, deleted: string): Item {
    let change = this.#changes[this.#next];
    while (change !== undefined && change.path !== path && change.fields["status"] === "unmerged") {
      this.#uncounted.push(change);
      this.#next += 1;
      change = this.#changes[this.#next];
    }
    if (change === undefined || change.path !== path)
      return unreadable(path, "its counts belong to no entry");
    this.#next += 1;
    const binary = added === "-";
    Object.assign(change.fields, {
      additions: binary ? null : Number(added),
      deletions: binary ? null : Number(deleted),
      binary,
    });
    return recordOf(change.fields);
  }
}

function recordOf(fields: Readonly<Record<string, unknown>>): Item {
  return { type: "file", source: "parsed", ...fields };
}

function changeOf(header: ByteString, paths: readonly ByteString[]): Change | undefined {
  const found = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])(\d*)$/.exec(header);
  const path = paths.at(-1);
  if (found === null || path === undefined) return undefined;
  const [, oldMode, newMode, oldOid, newOid, letter = "", score = ""] = found;
  const fields: Record<string, unknown> = {};
  setText(fields, "path", path);
  if (paths.length === 2) setText(fields, "old_path", paths[0] ?? "");
  Object.assign(fields, {
    status: states[letter] ?? letter,
    old_mode: oldMode,
    new_mode: newMode,
    old_oid: oldOid,
    new_oid: newOid,
  });
  if (score !== "") fields["score"] = Number(score);
  return { fields, path };
}
