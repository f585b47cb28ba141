import { isRecord } from "@aomori/system";
import type { Adapter } from "../adapter.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { checkedArguments } from "../declarative/rewrite-arguments.ts";
import { unreadable } from "../declarative/records.ts";
import { parseExactJson } from "../exact-json.ts";
import { defaultMaxFrameBytes, separatedFrames } from "../framing/frames.ts";
import { integer, listOf, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";

const other = "it prints something else than matches";
const flags = flagRules({
  drop: [
    "--json",
    "-n",
    "--line-number",
    "-N",
    "--no-line-number",
    "-H",
    "--with-filename",
    "--no-filename",
    "-I",
    "--heading",
    "--no-heading",
    "--color=",
    "--colors=",
    "--column",
    "--no-column",
    "-p",
    "--pretty",
    "--vimgrep",
    "-b",
    "--byte-offset",
    "--stats",
  ],
  pass: [
    "-e=",
    "--regexp=",
    "-f=",
    "--file=",
    "-g=",
    "--glob=",
    "--iglob=",
    "-t=",
    "--type=",
    "-T=",
    "--type-not=",
    "-m=",
    "--max-count=",
    "-A=",
    "-B=",
    "-C=",
    "--after-context=",
    "--before-context=",
    "--context=",
    "-j=",
    "--threads=",
    "-d=",
    "--max-depth=",
    "-E=",
    "--encoding=",
    "--sort=",
    "--sortr=",
    "--max-filesize=",
    "--ignore-file=",
    "--engine=",
    "-M=",
  ],
  refuse: {
    "-l": other,
    "--files-with-matches": other,
    "--files-without-match": other,
    "-c": other,
    "--count": other,
    "--count-matches": other,
    "--files": other,
    "--type-list": other,
    "-q": other,
    "--quiet": other,
    "-o": "every match has its submatches",
    "--only-matching": "every match has its submatches",
    "-r": "it prints replaced text",
    "--replace": "it prints replaced text",
    "--passthru": other,
    "--pre": "it runs other programs",
    "-0": other,
    "--null": other,
  },
  other: "pass",
});

export const rg: Adapter = {
  name: "rg",
  summary: "Lines that match, with the place of each match in them",
  channel: "rg --json",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["match", "context"],
  schema: recordSchema("match", {
    type: { enum: ["match", "context"] },
    path: text,
    line: integer,
    offset: integer,
    text,
    submatches: listOf({ type: "object", properties: { text, start: integer, end: integer } }),
  }),
  cursor: { kind: "position" },
  flags: "all that choose lines and files, and -A -B -C; refused: -l -c --files -o -r -q",
  plan: (argv) => {
    const words = checkedArguments({ flags, operands: "pass" }, "rg", argv);
    // One thread, or two runs would tell files in another order and no page could go on from the one before.
    return {
      kind: "child",
      argv: ["rg", "--no-config", "--json", "--sort=path", ...words],
      stdin: words.includes("-") ? "inherit" : "none",
      items: rgItems,
      errors: {
        exit: { "1": "ok", "2": { category: "internal", code: "RG_FAILED" } },
        stderr: [
          {
            category: "usage",
            code: "BAD_PATTERN",
            matches: (line) => /regex parse error|^error: /.test(line),
          },
        ],
      },
    };
  },
};

async function* rgItems(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void> {
  for await (const frames of separatedFrames(chunks, {
    separator: "\n",
    maxFrameBytes: 64 * defaultMaxFrameBytes,
  })) {
    yield frames.flatMap(({ bytes, problem }): readonly Item[] => {
      if (problem !== undefined) return [unreadable(bytes, problem)];
      const event = parsed(bytes);
      if (event === undefined) return [unreadable(bytes, "it is no event of rg")];
      const { type, data } = event;
      return type === "match" || type === "context" ? [matchOf(type, data)] : [];
    });
  }
}

interface RgEvent {
  readonly type: unknown;
  readonly data: Readonly<Record<string, unknown>>;
}

function parsed(bytes: string): RgEvent | undefined {
  try {
    const value = parseExactJson(Buffer.from(bytes, "latin1").toString("utf8"));
    return isRecord(value) && isRecord(value["data"])
      ? { type: value["type"], data: value["data"] }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function matchOf(type: "match" | "context", data: RgEvent["data"]): Item {
  const submatches: readonly unknown[] = Array.isArray(data["submatches"])
    ? data["submatches"]
    : [];
  return {
    type,
    source: "parsed",
    ...textOf("path", data["path"]),
    line: data["line_number"],
    offset: data["absolute_offset"],
    ...withoutNewline(textOf("text", data["lines"])),
    ...(type === "match"
      ? {
          submatches: submatches.filter(isRecord).map((part) => ({
            ...textOf("text", part["match"]),
            start: part["start"],
            end: part["end"],
          })),
        }
      : {}),
  };
}

/** rg says `{text}`, or `{bytes}` in base64 where it is not UTF-8. */
function textOf(field: string, value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const { text: plain, bytes } = value;
  if (typeof plain === "string") return { [field]: plain };
  if (typeof bytes !== "string") return {};
  return { [field]: Buffer.from(bytes, "base64").toString("utf8"), [`${field}_base64`]: bytes };
}

function withoutNewline(fields: Record<string, string>): Record<string, string> {
  const { text: plain, text_base64: bytes } = fields;
  const trimmed = plain === undefined ? {} : { text: plain.replace(/\n$/, "") };
  if (bytes === undefined) return trimmed;
  const raw = Buffer.from(bytes, "base64");
  return {
    ...trimmed,
    text_base64: (raw.at(-1) === 0x0a ? raw.subarray(0, -1) : raw).toString("base64"),
  };
}
