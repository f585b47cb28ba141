import { constants, accessSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/**
 * The absolute path of a program, or undefined when there is none that may be executed.
 * A name without a slash is looked up in `searchPath` (the value of PATH); one with a slash is taken from `cwd`.
 */
export function findExecutable(
  name: string,
  searchPath: string | undefined,
  cwd: string = "/",
): string | undefined {
  if (name === "" || name.includes("\0")) return undefined;
  if (name.includes("/")) {
    const path = resolve(cwd, name);
    return isExecutable(path) ? path : undefined;
  }
  for (const directory of (searchPath ?? "").split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    const path = join(directory, name);
    if (isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not executable is the answer, not a failure.
  }
}
