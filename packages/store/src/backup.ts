import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { ioError } from "@aomori/system";

const kept = 3;
const namePattern = /^db-[0-9]{8}T[0-9]{9}Z$/;
const partialPattern = /^db-[0-9]{8}T[0-9]{9}Z\.partial$/;

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
    // What a kill in the middle of a copy left.
    await removeAll(
      backups,
      (await readdir(backups)).filter((entry) => partialPattern.test(entry)),
    );
    const partial = `${target}.partial`;
    await cp(source, partial, { recursive: true });
    await rename(partial, target);
    const older = (await readdir(backups)).filter((entry) => namePattern.test(entry)).sort();
    await removeAll(backups, older.slice(0, -kept));
  } catch (error) {
    throw ioError(error, `cannot copy the store to ${target} before a migration`);
  }
  return target;
}

async function removeAll(folder: string, entries: readonly string[]): Promise<void> {
  for (const entry of entries) await rm(join(folder, entry), { recursive: true, force: true });
}
