import * as filePromises from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

export interface BundlePluginOptions {
  /** Folder of the command line's sources. */
  readonly sources: string;
  /** What a late import of a module that is a bundle of its own is replaced with, by its file name or package. */
  readonly separate: Readonly<Record<string, string>>;
  /** Every npm package left outside is told here. */
  readonly onExternal: (name: string) => void;
  /** Packages that become part of the bundle, with what they need themselves. */
  readonly inlined?: readonly string[];
}

const launchSource = `
import { join } from "node:path";
export const launch = { file: join(__dirname, "..", "aomori.cjs"), flags: [] };
`;

const shippedPlaceSource = `
import { fileURLToPath } from "node:url";
export const shippedDirectory = fileURLToPath(new URL("../registry", import.meta.url));
`;

/** Modules that say where something lies; a build has other places. */
const placeSources = [
  ["connection", "launch", launchSource],
  ["registry", "shipped-place", shippedPlaceSource],
] as const;

/**
 * Built-in modules that take 2 to 4 ms of a command's start-up each, and what stands in for them until they are used: most
 * commands start no process, and of files they only read some small ones.
 */
const lateModules: ReadonlyMap<string, string> = new Map([
  ["node:child_process", lateCalls("node:child_process", ["spawn", "spawnSync"])],
  ["node:fs/promises", lateFilePromises()],
]);

/** What nearly every command calls is there without the module: it is the same call with a callback. */
function lateFilePromises(): string {
  const early = ["readFile", "stat"];
  const left = ["constants", "default", ...early];
  const late = Object.keys(filePromises).filter((name) => !left.includes(name));
  const settled = "(error, value) => (error === null ? resolve(value) : reject(error))";
  return [
    ...early.map(
      (name) =>
        `export const ${name} = (...args) => new Promise((resolve, reject) => process.getBuiltinModule("node:fs").${name}(...args, ${settled}));`,
    ),
    lateCalls("node:fs/promises", late),
  ].join("\n");
}

function lateCalls(module: string, names: readonly string[]): string {
  const load = `process.getBuiltinModule(${JSON.stringify(module)})`;
  return names
    .map((name) => `export const ${name} = (...args) => ${load}.${name}(...args);`)
    .join("\n");
}

/**
 * Puts derived modules' values in their place, keeps npm packages outside, and knows that importing a module
 * of ours does nothing, so that what is not used is left out.
 */
export function bundlePlugin(options: BundlePluginOptions): Plugin {
  const { sources, separate, onExternal } = options;
  const inlined = new Set([...smallPackages, ...(options.inlined ?? [])]);
  return {
    name: "aomori-bundle",
    setup: (build) => {
      build.onResolve({ filter: /^\.{1,2}\/.*\.ts$|^smol-toml$/ }, ({ path, kind }) => {
        const target =
          kind === "dynamic-import" ? separate[path.split("/").at(-1) ?? ""] : undefined;
        if (target === undefined) return undefined;
        return target.endsWith(".cjs")
          ? { path: target, namespace: "late-bundle" }
          : { path: target, external: true };
      });
      // Left as an import it would start Node's loader of ES modules, which takes longer than most bundles.
      build.onLoad({ filter: /.*/, namespace: "late-bundle" }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)});`,
      }));
      build.onResolve({ filter: /\.cjs$/, namespace: "late-bundle" }, ({ path }) => ({
        path,
        external: true,
      }));
      build.onResolve({ filter: /^node:(?:child_process|fs\/promises)$/ }, ({ path, kind }) =>
        build.initialOptions.format === "cjs" && kind === "import-statement"
          ? { path, namespace: "late" }
          : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "late" }, ({ path }) => ({
        contents: lateModules.get(path) ?? "",
      }));
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
        if (kind === "entry-point" || path.startsWith("@aomori/")) return undefined;
        if (isBuiltin(path)) return { path, external: true, sideEffects: false };
        if (optionalPackages.test(path)) return { path, external: true };
        if (importer.includes("/node_modules/") || inlined.has(packageOf(path))) return undefined;
        onExternal(path);
        return { path, external: true };
      });
      build.onLoad({ filter: /\/src\/derived\/[a-z-]+\.ts$/ }, async ({ path }) => ({
        contents: await evaluated(path),
        loader: "js",
      }));
      build.onLoad({ filter: /\/(?:launch|shipped-place)\.ts$/ }, ({ path }) => {
        const place = placeSources.find(
          ([folder, file]) => path === join(sources, folder, `${file}.ts`),
        );
        return place === undefined ? undefined : { contents: place[2], loader: "js" };
      });
    },
  };
}

/** Small enough, and in the way of nearly every command. */
const smallPackages: readonly string[] = ["smol-toml"];

/** What an inlined package looks for and does without: nobody installs it with us. */
const optionalPackages = /^(?:pg-native$|winston(?:-transport)?$|@opentelemetry\/)/;

/** The name of the package in an import's path. */
export function packageOf(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** A module's exports as plain data. */
async function evaluated(path: string): Promise<string> {
  const exports: Record<string, unknown> = await import(pathToFileURL(path).href);
  return Object.entries(exports)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join("\n");
}
