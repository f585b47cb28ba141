import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { shownText, setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { nulGroups } from "../framing/groups.ts";
import { listOf, recordSchema, text, time } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { gitArgv, gitErrors, gitFlagsWithValue } from "./git-command.ts";

const fields = [
  "%H",
  "%T",
  "%P",
  "%an",
  "%ae",
  "%aI",
  "%cn",
  "%ce",
  "%cI",
  "%D",
  "%s",
  "%b",
] as const;
const isPatch = "a log with patches is two lists in one; ask git diff for the files of a commit";

const flags = flagRules({
  pass: [
    "-n=",
    "--max-count=",
    "--skip=",
    "--since=",
    "--after=",
    "--until=",
    "--before=",
    "--author=",
    "--committer=",
    "--grep=",
    "--grep-reflog=",
    "--all-match",
    "--invert-grep",
    "-i",
    "--regexp-ignore-case",
    "-E",
    "--extended-regexp",
    "-F",
    "--fixed-strings",
    "-P",
    "--perl-regexp",
    "--merges",
    "--no-merges",
    "--min-parents=",
    "--max-parents=",
    "--first-parent",
    "--all",
    "--branches",
    "--tags",
    "--remotes",
    "--glob=",
    "--exclude=",
    "--not",
    "--no-walk",
    "--reverse",
    "--date-order",
    "--author-date-order",
    "--topo-order",
    "--follow",
    "-S=",
    "-G=",
    "--pickaxe-all",
    "--pickaxe-regex",
    "--diff-filter=",
    "--simplify-by-decoration",
    "--full-history",
    "--sparse",
    "--dense",
    "--ancestry-path",
    "--cherry-pick",
    "--left-only",
    "--right-only",
    "--boundary",
    "--remove-empty",
    "--reflog",
    "-g",
    "--walk-reflogs",
    "--stdin",
  ],
  drop: [
    "--oneline",
    "--format=",
    "--pretty=",
    "--graph",
    "--no-graph",
    "--decorate",
    "--no-decorate",
    "--color",
    "--no-color",
    "--abbrev-commit",
    "--no-abbrev-commit",
    "--abbrev",
    "--date=",
    "-z",
    "--no-notes",
    "--no-patch",
    "-s",
  ],
  refuse: {
    "-p": isPatch,
    "-u": isPatch,
    "--patch": isPatch,
    "--stat": isPatch,
    "--numstat": isPatch,
    "--shortstat": isPatch,
    "--name-only": isPatch,
    "--name-status": isPatch,
    "--raw": isPatch,
    "-L": "it prints the history of lines, not commits",
    "--left-right": "it puts marks before commits",
    "--cherry-mark": "it puts marks before commits",
  },
});

export const gitLog: Adapter = {
  name: "git log",
  summary: "Commits, newest first",
  channel: "git log -z --format with NUL between fields",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["commit"],
  schema: recordSchema(
    "commit",
    {
      hash: text,
      tree: text,
      parents: listOf(text),
      author_name: text,
      author_email: text,
      authored_at: time,
      committer_name: text,
      committer_email: text,
      committed_at: time,
      refs: listOf(text),
      subject: text,
      body: text,
    },
    ["hash"],
  ),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  globalFlagsWithValue: gitFlagsWithValue,
  flags:
    "all that choose commits; flags of layout (--oneline, --graph …) change nothing; patches and statistics are refused",
  plan: (argv) => ({
    kind: "child",
    argv: gitArgv(
      "log",
      argv,
      flags,
      ["-z", "--decorate=full", `--format=tformat:${fields.join("%x00")}`],
      withoutBareNumbers,
    ),
    stdin: "none",
    items: (chunks) => nulGroups(chunks, fields.length, commitOf),
    errors: gitErrors,
  }),
};

/** `-20` is `--max-count=20`. */
function withoutBareNumbers(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return words.map((word, index) =>
    /^-\d+$/.test(word) && (end === -1 || index < end) ? `--max-count=${word.slice(1)}` : word,
  );
}

function commitOf(values: readonly ByteString[]): Item {
  const [
    hash = "",
    tree = "",
    parents = "",
    an = "",
    ae = "",
    at = "",
    cn = "",
    ce = "",
    ct = "",
    refs = "",
    subject = "",
    body = "",
  ] = values;
  const record: Record<string, unknown> = {
    hash,
    tree,
    parents: parents === "" ? [] : parents.split(" "),
  };
  setText(record, "author_name", an);
  setText(record, "author_email", ae);
  record["authored_at"] = at;
  setText(record, "committer_name", cn);
  setText(record, "committer_email", ce);
  record["committed_at"] = ct;
  // A ref has neither blank nor arrow in it, so these are git's own.
  record["refs"] =
    refs === ""
      ? []
      : refs
          .split(", ")
          .flatMap((ref) => ref.split(" -> "))
          .map((ref) => shownText(ref.replace(/^tag: /, "")));
  setText(record, "subject", subject);
  setText(record, "body", body.replace(/\n$/, ""));
  return { type: "commit", source: "parsed", ...record };
}
