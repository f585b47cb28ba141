import type { Adapter } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { checkedArguments } from "../declarative/rewrite-arguments.ts";
import { unreadable } from "../declarative/records.ts";
import { integer, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { NamedLines } from "./named-lines.ts";

const context = "context lines are not told apart from matches by a machine channel; use rg";
const flags = flagRules({
  pass: [
    "-e=",
    "--regexp=",
    "-f=",
    "--file=",
    "-i",
    "--ignore-case",
    "--no-ignore-case",
    "-v",
    "--invert-match",
    "-w",
    "--word-regexp",
    "-x",
    "--line-regexp",
    "-F",
    "--fixed-strings",
    "-E",
    "--extended-regexp",
    "-P",
    "--perl-regexp",
    "-G",
    "--basic-regexp",
    "-r",
    "--recursive",
    "-R",
    "--dereference-recursive",
    "--include=",
    "--exclude=",
    "--exclude-from=",
    "--exclude-dir=",
    "-m=",
    "--max-count=",
    "-s",
    "--no-messages",
    "-I",
    "--binary-files=",
    "-o",
    "--only-matching",
    "-D=",
    "--devices=",
    "-d=",
    "--directories=",
    "-l",
    "--files-with-matches",
    "-L",
    "--files-without-match",
    "-c",
    "--count",
  ],
  drop: [
    "-H",
    "--with-filename",
    "-h",
    "--no-filename",
    "-n",
    "--line-number",
    "-b",
    "--byte-offset",
    "-Z",
    "--null",
    "--color",
    "--colour",
    "-a",
    "--text",
    "--line-buffered",
    "-T",
    "--initial-tab",
  ],
  refuse: {
    "-A": context,
    "-B": context,
    "-C": context,
    "--after-context": context,
    "--before-context": context,
    "--context": context,
    "-z": "lines then end in NUL, as names do",
    "--null-data": "lines then end in NUL, as names do",
    "-q": "it prints nothing; use --limit 1",
    "--quiet": "it prints nothing; use --limit 1",
    "--label": "it renames standard input",
  },
});

type Mode = "match" | "file" | "count";

export const grep: Adapter = {
  name: "grep",
  summary: "Lines that match; files or counts with -l, -L, -c",
  channel: "grep -Z -H -n -b",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["match", "file", "count"],
  schema: {
    anyOf: [
      recordSchema("match", { path: text, line: integer, offset: integer, text }, [
        "path",
        "line",
        "text",
      ]),
      recordSchema("file", { path: text }, ["path"]),
      recordSchema("count", { path: text, count: integer }, ["path", "count"]),
    ],
    properties: Object.fromEntries(
      ["type", "source", "path", "line", "offset", "text", "count"].map((name) => [name, {}]),
    ),
  },
  takesTrailingOptions: true,
  cursor: { kind: "position" },
  flags: "all that choose lines and files; refused: -A -B -C -z -q",
  plan: (argv) => {
    const words = checkedArguments({ flags, operands: "pass" }, "grep", argv);
    const mode = modeOf(words);
    const marks = mode === "match" ? ["-n", "-b"] : [];
    return {
      kind: "child",
      argv: ["grep", "-Z", "-H", ...marks, "--color=never", "--binary-files=text", ...words],
      stdin: "inherit",
      items: (chunks) => grepItems(chunks, mode),
      errors: {
        exit: { "1": "ok", "2": { category: "internal", code: "GREP_FAILED" } },
        stderr: [
          {
            category: "usage",
            code: "BAD_PATTERN",
            matches: (line) =>
              /Unmatched|Invalid (?:regular expression|preceding|back reference|range|content)|Trailing backslash/.test(
                line,
              ),
          },
        ],
      },
    };
  },
};

function modeOf(words: readonly string[]): Mode {
  const end = words.indexOf("--");
  const own = end === -1 ? words : words.slice(0, end);
  if (
    own.some((word) => ["-l", "-L", "--files-with-matches", "--files-without-match"].includes(word))
  )
    return "file";
  return own.some((word) => word === "-c" || word === "--count") ? "count" : "match";
}

async function* grepItems(
  chunks: AsyncIterable<Buffer>,
  mode: Mode,
): AsyncGenerator<readonly Item[], void> {
  const lines = new NamedLines(mode !== "file");
  for await (const chunk of chunks)
    yield lines.add(chunk.toString("latin1")).map(({ name, line }) => itemOf(mode, name, line));
  const rest = lines.end();
  if (rest !== undefined) yield [unreadable(rest, "it ends in the middle of a match")];
}

function itemOf(mode: Mode, name: ByteString, line: ByteString): Item {
  const record: Record<string, unknown> = {};
  setText(record, "path", name);
  if (mode === "file") return { type: "file", source: "parsed", ...record };
  if (mode === "count") {
    if (!/^\d+$/.test(line)) return unreadable(`${name}:${line}`, "it is no count");
    return { type: "count", source: "parsed", ...record, count: Number(line) };
  }
  const found = /^(\d+):(\d+):([^]*)$/.exec(line);
  if (found === null) return unreadable(`${name}:${line}`, "it has no line number");
  record["line"] = Number(found[1]);
  record["offset"] = Number(found[2]);
  setText(record, "text", found[3] ?? "");
  return { type: "match", source: "parsed", ...record };
}
