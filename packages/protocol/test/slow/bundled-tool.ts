import { buildSync } from "esbuild";
import { basename, join } from "node:path";

/** A tool of these tests as one file of JavaScript, as users run it: Node's own TypeScript support would take 35 MB more. */
export function bundledTool(entry: string, folder: string): string {
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
