import { buildSync } from "esbuild";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of CommonJS, as `npm run build` makes the command line's: it starts faster than modules. */
export function bundleCommand(file: URL, folder: string): string {
  const entry = fileURLToPath(file);
  const outfile = join(folder, `${basename(entry, ".ts")}.cjs`);
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    conditions: ["aomori-source"],
    logLevel: "error",
  });
  return outfile;
}
