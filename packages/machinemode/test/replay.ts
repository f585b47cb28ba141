import type { ChildPlan } from "../src/adapter.ts";
import type { Item } from "../src/record.ts";

/** What a plan makes of recorded output that comes in pieces of some size. */
export async function replayed(
  plan: ChildPlan,
  stdout: Buffer,
  pieceBytes: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const batch of plan.items(pieces(stdout, Math.max(1, pieceBytes))))
    items.push(...batch);
  return items;
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
