import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "./durable-files.ts";

/** Bytes that the files below a path take on the disk; links are not followed, and what goes away meanwhile counts nothing. */
export async function diskUsage(path: string): Promise<number> {
  try {
    const stats = await lstat(path);
    const ownBytes = stats.blocks * 512;
    if (!stats.isDirectory()) return ownBytes;
    let sizeBytes = ownBytes;
    for (const name of await readdir(path)) sizeBytes += await diskUsage(join(path, name));
    return sizeBytes;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}
