import type { Adapter } from "../adapter.ts";
import { noErrors } from "../adapter.ts";
import type { ByteString } from "../byte-text.ts";
import { setText, toByteString } from "../byte-text.ts";
import { integerOf } from "../declarative/field-value.ts";
import { unreadable } from "../declarative/records.ts";
import { defaultMaxFrameBytes, separatedFrames } from "../framing/frames.ts";
import { integer, nullable, recordSchema, text } from "../json-schema.ts";
import { parseCommandLine, refuseUnknown } from "../native/command-line.ts";
import type { Item } from "../record.ts";

export const wc: Adapter = {
  name: "wc",
  summary: "Lines, words, characters and bytes of files or of standard input",
  channel: "wc -lwmcL, a line for each file in order",
  source: "parsed",
  effects: { readOnly: true },
  recordTypes: ["counts"],
  schema: recordSchema("counts", {
    path: nullable(text),
    lines: integer,
    words: integer,
    characters: integer,
    bytes: integer,
    longest_line: integer,
  }),
  takesTrailingOptions: true,
  cursor: { kind: "none", why: "standard input cannot be read again" },
  flags: "-l -w -c -m -L change nothing: every record has all counts",
  plan: (argv) => {
    const line = parseCommandLine("wc", argv, {
      short: { l: "lines", w: "words", c: "bytes", m: "chars", L: "max-line-length" },
    });
    refuseUnknown("wc", line);
    const { operands } = line;
    return {
      kind: "child",
      argv: ["wc", "-lwmcL", "--", ...operands],
      stdin: operands.length === 0 || operands.includes("-") ? "inherit" : "none",
      items: (chunks) => counts(chunks, operands.map(toByteString)),
      errors: noErrors,
    };
  },
};

/**
 * Lines come in the order of the operands; one that could not be read has none. A name is taken from the operands, for
 * wc quotes one with a newline in it.
 */
async function* counts(
  chunks: AsyncIterable<Buffer>,
  operands: readonly ByteString[],
): AsyncGenerator<readonly Item[], void> {
  let next = 0;
  for await (const frames of separatedFrames(chunks, {
    separator: "\n",
    maxFrameBytes: defaultMaxFrameBytes,
  })) {
    const items: Item[] = [];
    for (const { bytes } of frames) {
      const found = /^ *(\d+) +(\d+) +(\d+) +(\d+) +(\d+)(?: ([^]*))?$/.exec(bytes);
      if (found === null) {
        items.push(unreadable(bytes, "it is no line of counts"));
        continue;
      }
      const [, lines = "", words = "", characters = "", sizes = "", longest = "", shown] = found;
      const at = operands.findIndex(
        (operand, index) => index >= next && (operand === shown || isQuoted(operand)),
      );
      if (shown !== undefined && at === -1) {
        if (shown !== "total") items.push(unreadable(bytes, "it is of no file that was named"));
        continue;
      }
      const record: Record<string, unknown> = { path: null };
      if (shown !== undefined) {
        next = at + 1;
        setText(record, "path", operands[at] ?? "");
      }
      Object.assign(record, {
        lines: integerOf(lines),
        words: integerOf(words),
        characters: integerOf(characters),
        bytes: integerOf(sizes),
        longest_line: integerOf(longest),
      });
      items.push({ type: "counts", source: "parsed", ...record });
    }
    yield items;
  }
}

function isQuoted(operand: ByteString): boolean {
  return operand.includes("\n");
}
