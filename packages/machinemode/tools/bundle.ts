/**
 * Bundles the command into a folder: a small CommonJS entry, and one bundle for every module that is imported late, so
 * that a start reads only what it runs.
 */
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { cp, mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Leaves late imports to bundles of their own, which `onLate` is told of. */
function lateImports(onLate: (file: string) => void): Plugin {
  return {
    name: "late-imports",
    setup: (context) => {
      // Our packages do nothing on import, so that of a door only what is used comes in.
      context.onResolve({ filter: /^@aomori\// }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === "resolved") return undefined;
        const found = await context.resolve(path, { ...rest, pluginData: "resolved" });
        return { ...found, sideEffects: false };
      });
      context.onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
        if (kind !== "dynamic-import" || !resolveDir.startsWith(root)) return undefined;
        onLate(resolve(resolveDir, path));
        return { path: `./${bundleName(path)}`, external: true };
      });
    },
  };
}

function bundleName(file: string): string {
  return basename(file).replace(/\.ts$/, ".cjs");
}

/** Answers with the file to run. */
export async function bundle(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(join(root, "adapters"), join(folder, "adapters"), { recursive: true });
  const done = new Set<string>();
  let waiting = [fileURLToPath(new URL("../src/machinemode.ts", import.meta.url))];
  while (waiting.length > 0) {
    const late: string[] = [];
    await Promise.all(waiting.map((file) => bundleOne(file, folder, (found) => late.push(found))));
    for (const file of waiting) done.add(file);
    waiting = [...new Set(late)].filter((file) => !done.has(file));
  }
  return join(folder, "machinemode.cjs");
}

async function bundleOne(
  file: string,
  folder: string,
  onLate: (file: string) => void,
): Promise<void> {
  const isEntry = file.endsWith("/machinemode.ts");
  await build({
    bundle: true,
    platform: "node",
    target: "node22.18",
    conditions: ["aomori-source"],
    format: "cjs",
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    minify: true,
    inject: [join(root, "tools/process-clock.ts")],
    // A late bundle is required: import() would start the loader of ECMAScript modules for it.
    supported: { "dynamic-import": false },
    entryPoints: [file],
    outfile: join(folder, bundleName(file)),
    plugins: [lateImports(onLate)],
    ...(isEntry ? { banner: { js: "#!/usr/bin/env node" } } : {}),
  });
}
