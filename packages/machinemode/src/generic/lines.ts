import type { Adapter } from "../adapter.ts";
import { rawFields, setText } from "../byte-text.ts";
import { defaultMaxFrameBytes, separatedFrames } from "../framing/frames.ts";
import { integer, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";

/** For a tool that nothing is known of: its lines as they are, numbered. */
export function linesAdapter(tool: string): Adapter {
  return {
    name: tool,
    summary: "Tell the lines any tool writes",
    channel: "standard output, line by line",
    source: "heuristic",
    effects: { readOnly: false },
    recordTypes: ["line"],
    schema: recordSchema("line", { n: integer, text }, ["n", "text"]),
    cursor: { kind: "none", why: "running it again could do something again" },
    plan: (argv) => ({
      kind: "child",
      argv: [tool, ...argv],
      stdin: "inherit",
      items: lines,
      errors: { exit: {}, stderr: [] },
    }),
  };
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Item[], void> {
  let n = 0;
  for await (const frames of separatedFrames(chunks, {
    separator: "\n",
    maxFrameBytes: defaultMaxFrameBytes,
  })) {
    yield frames.map(({ bytes, problem }): Item => {
      n += 1;
      if (problem !== undefined) {
        const message = `line ${n} is over ${defaultMaxFrameBytes} bytes`;
        return { type: "aoi:warning", code: "LINE_TOO_LONG", message, ...rawFields(bytes) };
      }
      const record: Record<string, unknown> = { n };
      setText(record, "text", bytes);
      return { type: "line", source: "heuristic", ...record };
    });
  }
}
