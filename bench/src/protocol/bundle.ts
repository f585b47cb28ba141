import { buildSync } from "esbuild";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of JavaScript, as a published tool runs: Node's own TypeScript support alone takes some 35 MB. */
export function bundle(file: URL, folder: string): string {
  const entry = fileURLToPath(file);
  const outfile = join(folder, `${basename(entry, ".ts")}.mjs`);
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["aomori-source"],
    logLevel: "error",
  });
  return outfile;
}
