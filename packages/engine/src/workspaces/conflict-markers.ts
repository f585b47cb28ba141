import { readTextFile } from "@aomori/system";
import { join } from "node:path";

const marker = /^(?:<{7}|>{7}|\|{7}) /m;

/** Those of `files` in which a line starts like one of git's conflict markers; a deleted file holds none. */
export async function conflictMarkers(
  worktree: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of files) {
    const text = await readTextFile(join(worktree, file));
    if (text !== undefined && marker.test(text)) found.push(file);
  }
  return found;
}
