import { buildSync } from "esbuild";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * One file of JavaScript, as a published tool runs: Node's own TypeScript support alone takes some 35 MB. A command is CommonJS and
 * minified, as `npm run build` makes the command line's: it starts faster than a module.
 */
export function bundle(file: URL, folder: string, kind: "module" | "command"): string {
  const isModule = kind === "module";
  const entry = fileURLToPath(file);
  const outfile = join(folder, `${basename(entry, ".ts")}${isModule ? ".mjs" : ".cjs"}`);
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: !isModule,
    platform: "node",
    format: isModule ? "esm" : "cjs",
    conditions: ["aomori-source"],
    logLevel: "error",
  });
  return outfile;
}
