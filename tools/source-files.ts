import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const notOurs: ReadonlySet<string> = new Set(["node_modules", "dist", "fixtures", ".git"]);

/** Files below `folder` whose name matches, without dependencies, builds and fixtures; absolute, sorted. */
export function filesBelow(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : filesBelow(path, name);
      return entry.isFile() && name.test(entry.name) ? [path] : [];
    })
    .toSorted();
}

export const typescriptName: RegExp = /\.(ts|tsx|mts)$/;
