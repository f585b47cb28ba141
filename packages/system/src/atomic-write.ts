import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UserError } from "@aomori/protocol";

import { errnoOf, ioError } from "./io-error.ts";

export interface AtomicWriteOptions {
  /** Permission bits of the file, whatever the umask. Default 0o644. */
  readonly mode?: number;
}

/** Replaces a file so that every reader, also after a power cut, sees the old content or the new, never a part. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(options.mode ?? 0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw ioError(error, `cannot write ${path}`);
  }
}

/** The parsed content of a JSON file, undefined when there is none; MALFORMED_FILE when it is not JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformedFile(path, error instanceof Error ? error.message : String(error), error);
  }
}

/** The content of a UTF-8 file, undefined when there is none. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw ioError(error, `cannot read ${path}`);
  }
}

export function malformedFile(path: string, reason: string, cause?: unknown): UserError {
  return new UserError(
    "config",
    "MALFORMED_FILE",
    `${path} cannot be read: ${reason}; correct it, or move it away`,
    { cause, details: { path } },
  );
}

/** Makes a rename survive a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
