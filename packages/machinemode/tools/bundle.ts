/** Bundles the command into a folder: one CommonJS file for wrapped tools, one for its own verbs, and the adapter files. */
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Modules with a bundle of their own, so that a start does not read what it will not run. */
const separate: Readonly<Record<string, string>> = { "./verbs.ts": "./verbs.cjs" };

const apart: Plugin = {
  name: "apart",
  setup: ({ onResolve, resolve }) => {
    // Our packages do nothing on import, so that of a door only what is used comes in.
    onResolve({ filter: /^@aomori\// }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === "resolved") return undefined;
      const found = await resolve(path, { ...rest, pluginData: "resolved" });
      return { ...found, sideEffects: false };
    });
    onResolve({ filter: /^\.\/verbs\.ts$/ }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: separate[path] ?? path, external: true },
    );
  },
};

export async function bundle(folder: string): Promise<string> {
  const shared = {
    bundle: true,
    platform: "node",
    target: "node22.18",
    conditions: ["aomori-source"],
    format: "cjs",
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    minify: true,
  } as const;
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, "machinemode.cjs");
  await Promise.all([
    build({
      ...shared,
      entryPoints: [join(root, "src", "bin-installed.ts")],
      outfile,
      banner: { js: "#!/usr/bin/env node" },
      plugins: [apart],
    }),
    build({
      ...shared,
      entryPoints: [join(root, "src", "cli", "verbs.ts")],
      outfile: join(folder, "verbs.cjs"),
      plugins: [apart],
    }),
    cp(join(root, "adapters"), join(folder, "adapters"), { recursive: true }),
  ]);
  return outfile;
}
