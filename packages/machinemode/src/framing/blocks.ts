import type { Frame, FrameBatches } from "./frames.ts";

/** Joins lines into blocks that end at an empty line; a block with a bad line, or over the cap, is told as bad itself. */
export async function* blankLineBlocks(
  lines: FrameBatches,
  maxBlockBytes: number,
): AsyncGenerator<readonly Frame[], void> {
  let block: Frame | undefined;
  for await (const batch of lines) {
    const done: Frame[] = [];
    for (const line of batch) {
      if (line.bytes === "" && line.problem === undefined) {
        if (block !== undefined) done.push(block);
        block = undefined;
      } else {
        block = joined(block, line, maxBlockBytes);
      }
    }
    if (done.length > 0) yield done;
  }
  if (block !== undefined) yield [block];
}

function joined(block: Frame | undefined, line: Frame, maxBlockBytes: number): Frame {
  if (block === undefined) return line;
  if (block.problem !== undefined) return block;
  if (line.problem !== undefined) return { ...block, problem: line.problem };
  const bytes = `${block.bytes}\n${line.bytes}`;
  return bytes.length > maxBlockBytes ? { ...block, problem: "too_long" } : { bytes };
}
