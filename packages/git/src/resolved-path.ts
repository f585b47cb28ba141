import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { errnoOf, ioError } from "@aomori/system";

/** A path as git writes it: links resolved, also when the last parts are gone. */
export async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw ioError(error, `cannot resolve ${path}`);
  }
  const parent = dirname(path);
  return parent === path ? path : join(await resolvedPath(parent), basename(path));
}
