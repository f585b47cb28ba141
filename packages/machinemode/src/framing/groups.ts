import type { ByteString } from "../byte-text.ts";
import { unreadable } from "../declarative/records.ts";
import type { Item } from "../record.ts";
import { defaultMaxFrameBytes, separatedFrames } from "./frames.ts";

/** Records of `count` NUL-ended fields each, as `-printf` and `--format` write them. Never half a record. */
export async function* nulGroups(
  chunks: AsyncIterable<Buffer>,
  count: number,
  read: (fields: readonly ByteString[]) => Item,
): AsyncGenerator<readonly Item[], void> {
  let fields: ByteString[] = [];
  for await (const frames of nulFrames(chunks)) {
    const items: Item[] = [];
    for (const { bytes, problem } of frames) {
      fields.push(bytes);
      if (problem === undefined && fields.length < count) continue;
      items.push(problem === undefined ? read(fields) : unreadable(fields.join(" "), problem));
      // Where one field is not whole, the ones behind it can no longer be told apart.
      if (problem === "too_long" && fields.length < count)
        throw new RangeError("a field of the tool's output is too long");
      fields = [];
    }
    yield items;
  }
  if (fields.length > 0) yield [unreadable(fields.join(" "), "it ends in the middle of a record")];
}

export function nulFrames(chunks: AsyncIterable<Buffer>): ReturnType<typeof separatedFrames> {
  return separatedFrames(chunks, { separator: "\0", maxFrameBytes: 16 * defaultMaxFrameBytes });
}
