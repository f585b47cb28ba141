import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "@aomori/protocol";
import { errnoOf, ioError, readTextFile } from "@aomori/system";
import { manifestFileName, readManifest } from "../manifest/read-manifest.ts";
import type { ReadManifest } from "../manifest/read-manifest.ts";
import type { Sha256 } from "../names/names.ts";
import { parseSha256 } from "../names/release-names.ts";

/** Where the files of a release are collected, below the project. */
export const releaseDirectoryName = "release";
/** Hashes in the format of sha256sum. */
export const checksumsFileName = "checksums.txt";

export interface ProjectManifest extends ReadManifest {
  readonly path: string;
  readonly text: string;
}

/** Throws MANIFEST_NOT_FOUND, and what `readManifest` throws. */
export async function readProjectManifest(directory: string): Promise<ProjectManifest> {
  const path = join(directory, manifestFileName);
  const text = await readTextFile(path);
  if (text === undefined) {
    const message = `there is no ${path}; go to a plugin's folder, or make one with "aomori plugins new"`;
    throw new UserError("not_found", "MANIFEST_NOT_FOUND", message, { details: { path } });
  }
  return { ...readManifest(text, { where: path }), path, text };
}

export async function sha256OfFile(path: string): Promise<Sha256> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw ioError(error, `cannot read ${path}`);
  }
  return parseSha256(hash.digest("hex"));
}

/** The permission bits of a regular file, or undefined when there is none. */
export async function fileMode(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.mode & 0o777 : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw ioError(error, `cannot look at ${path}`);
  }
}
