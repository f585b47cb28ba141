import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { ioError } from "@aomori/system";

const kept = 3;
const namePattern = /^db-[0-9]{8}T[0-9]{9}Z$/;

/** Copies a closed data directory into `backups`, keeps the newest three such copies, and says where the new one is. */
export async function backUpDirectory(
  source: string,
  backups: string,
  nowMs: number,
): Promise<string> {
  const name = `db-${new Date(nowMs).toISOString().replaceAll(/[-:.]/g, "")}`;
  const target = join(backups, name);
  try {
    await mkdir(backups, { recursive: true, mode: 0o700 });
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await cp(source, partial, { recursive: true });
    await rename(partial, target);
    const older = (await readdir(backups)).filter((entry) => namePattern.test(entry)).sort();
    for (const entry of older.slice(0, -kept)) {
      await rm(join(backups, entry), { recursive: true, force: true });
    }
  } catch (error) {
    throw ioError(error, `cannot copy the store to ${target} before a migration`);
  }
  return target;
}
