import { UserError } from "@aomori/protocol";
import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { unreadable } from "../declarative/records.ts";
import { delimited } from "../framing/columns.ts";
import { defaultMaxFrameBytes, separatedFrames } from "../framing/frames.ts";
import { flag, integer, nullable, recordSchema, text, time } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { gitArgv, gitErrors, gitFlagsWithValue } from "./git-command.ts";

const changes = "it changes branches, which is not wrapped; run git itself";
const flags = flagRules({
  pass: [
    "-a",
    "--all",
    "-r",
    "--remotes",
    "-l",
    "--list",
    "--merged",
    "--no-merged",
    "--contains",
    "--no-contains",
    "--points-at=",
    "--sort=",
    "-i",
    "--ignore-case",
  ],
  drop: [
    "-v",
    "-vv",
    "--verbose",
    "-q",
    "--quiet",
    "--color",
    "--no-color",
    "--column",
    "--no-column",
    "--abbrev",
    "--no-abbrev",
    "--format=",
  ],
  refuse: Object.fromEntries(
    [
      "-d",
      "-D",
      "--delete",
      "-m",
      "-M",
      "--move",
      "-c",
      "-C",
      "--copy",
      "-u",
      "--set-upstream-to",
      "--unset-upstream",
      "-t",
      "--track",
      "--no-track",
      "-f",
      "--force",
      "--edit-description",
      "--create-reflog",
    ].map((name) => [name, changes]),
  ),
});
const fields = [
  "%(HEAD)",
  "%(refname)",
  "%(symref)",
  "%(objectname)",
  "%(upstream)",
  "%(upstream:track,nobracket)",
  "%(committerdate:iso-strict)",
  "%(contents:subject)",
] as const;

export const gitBranch: Adapter = {
  name: "git branch",
  summary: "Branches with their tips and upstreams; branches are listed, not changed",
  channel: "git branch --list --format with NUL between fields",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["branch"],
  schema: recordSchema("branch", {
    name: text,
    ref: nullable(text),
    current: flag,
    remote: flag,
    commit: text,
    points_to: text,
    upstream: nullable(text),
    ahead: integer,
    behind: integer,
    upstream_gone: flag,
    committed_at: time,
    subject: text,
  }),
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  globalFlagsWithValue: gitFlagsWithValue,
  flags:
    "-a -r -l --merged --contains --sort …; what creates, moves or deletes a branch is refused",
  plan: (argv) => {
    const words = gitArgv("branch", argv, flags, [
      "--no-column",
      "--no-color",
      `--format=${fields.join("%00")}`,
    ]);
    refuseCreation(words.slice(words.indexOf("--no-column")));
    return { kind: "child", argv: words, stdin: "none", items: branchItems, errors: gitErrors };
  },
};

/** A word that is neither a pattern of --list nor a commit of --merged and its like is the name of a new branch. */
function refuseCreation(words: readonly string[]): void {
  const lists = words.some((word) => word === "-l" || word === "--list");
  const takesCommit = ["--merged", "--no-merged", "--contains", "--no-contains"];
  const operand = words.find((word, index) => {
    const before = words[index - 1] ?? "";
    return (
      !word.startsWith("-") &&
      !takesCommit.includes(before) &&
      before !== "--sort" &&
      before !== "--points-at"
    );
  });
  if (operand === undefined || lists) return;
  throw new UserError(
    "usage",
    "UNSUPPORTED_ARGUMENT",
    `git branch ${operand} would create a branch; run git itself, or say --list`,
  );
}

async function* branchItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void> {
  for await (const frames of separatedFrames(chunks, {
    separator: "\n",
    maxFrameBytes: defaultMaxFrameBytes,
  })) {
    yield frames.map(({ bytes, problem }) =>
      problem === undefined ? branchOf(bytes) : unreadable(bytes, problem),
    );
  }
}

function branchOf(line: ByteString): Item {
  const parts = delimited(line, "\0", fields.length);
  if (parts === undefined) return unreadable(line, "it has too few fields");
  const [
    mark = "",
    ref = "",
    symref = "",
    commit = "",
    upstream = "",
    track = "",
    committedAt = "",
    subject = "",
  ] = parts;
  const isDetached = ref.startsWith("(");
  const record: Record<string, unknown> = {};
  setText(record, "name", ref.replace(/^refs\/(?:heads|remotes)\//, ""));
  if (isDetached) record["ref"] = null;
  else setText(record, "ref", ref);
  Object.assign(record, { current: mark === "*", remote: ref.startsWith("refs/remotes/"), commit });
  if (symref !== "") setText(record, "points_to", symref);
  if (upstream === "") record["upstream"] = null;
  else setText(record, "upstream", upstream);
  if (upstream !== "") {
    record["ahead"] = Number(/ahead (\d+)/.exec(track)?.[1] ?? 0);
    record["behind"] = Number(/behind (\d+)/.exec(track)?.[1] ?? 0);
    record["upstream_gone"] = track === "gone";
  }
  record["committed_at"] = committedAt === "" ? null : committedAt;
  setText(record, "subject", subject);
  return { type: "branch", source: "parsed", ...record };
}
