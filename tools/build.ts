/**
 * Builds the published command line into packages/cli/dist: a tiny entry, one CommonJS bundle per command
 * with its specification inlined (no schema library, or start-up would pay for it), and ES modules for the
 * server and the demo, which are loaded only where they are started.
 */
import type { BuildOptions, Metafile } from "esbuild";
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutSchema } from "@aomori/command";
import type { CommandSpec } from "@aomori/command";
import { commandSpecs } from "../packages/cli/src/derived/command-specs.ts";
import { bundlePlugin, packageOf } from "./build/bundle-plugin.ts";
import { noticesOf, packagesIn } from "./build/notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "packages", "cli");
const sources = join(cli, "src");
/** Where the program goes: a test that needs one of its own names a folder. */
const dist = process.argv[2] ?? join(cli, "dist");
const externals = new Set<string>();
const metafiles: Metafile[] = [];

/** What a server loads before its first answer, and what installs plugins: as one file it is read in a third of the time that hundreds take. */
const inlinedPackages = [
  "@dbos-inc/dbos-sdk",
  "@sigstore/bundle",
  "@sigstore/protobuf-specs",
  "@sigstore/verify",
  "fastify",
  "kysely",
  "modern-tar",
  "pg",
  "pg-protocol",
  "re2js",
  "undici",
  "yaml",
  "yauzl",
  "zod",
];

/** Asked for by packages that stay outside. */
const peers = ["zod"];

const shared = {
  bundle: true,
  platform: "node",
  target: "node22.18",
  conditions: ["aomori-source"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  metafile: true,
  minify: true,
} as const satisfies BuildOptions;

function plugins(separate: Readonly<Record<string, string>> = {}, inlined: readonly string[] = []) {
  return [bundlePlugin({ sources, separate, inlined, onExternal: (name) => externals.add(name) })];
}

/** What most runs of a command do without: a bundle of its own each, so that a command's bundle is small to read. */
const lateModules = {
  help: { of: "help.ts", from: join(root, "packages/command/src/help.ts") },
  "upstream-input": {
    of: "upstream-input.ts",
    from: join(root, "packages/command/src/upstream-input.ts"),
  },
  "server-lifecycle": {
    of: "server-lifecycle.ts",
    from: join(sources, "connection/server-lifecycle.ts"),
  },
  "run-documented": {
    of: "run-documented.ts",
    from: join(sources, "plugins/run-documented.ts"),
  },
  toml: { of: "smol-toml", from: "smol-toml" },
} as const;

/** Where a bundle in a folder of the program's finds them. */
function lateTargets(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(lateModules).map(([name, { of }]) => [of, `${folder}/${name}.cjs`]),
  );
}

/** A schema library in a command's bundle would double its start-up time. */
function refuseSchemas(name: string, metafile: Metafile): void {
  const found = Object.keys(metafile.inputs).filter((path) =>
    /node_modules\/zod\/|packages\/(?:contract|server|store|testkit)\/src\//.test(path),
  );
  if (found.length > 0) throw new Error(`${name} contains ${found.slice(0, 3).join(", ")}`);
}

async function bundleCommand(spec: CommandSpec, ownHandlers: readonly string[]): Promise<void> {
  const slug = spec.name.replaceAll(" ", "-");
  const isOwn = ownHandlers.includes(`${slug}.ts`);
  const handler = isOwn
    ? `import { handler } from "./commands/${slug}.ts";`
    : `import { remoteHandler } from "./connection/remote-handler.ts";\nconst handler = remoteHandler(${JSON.stringify(spec.operation)});`;
  if (!isOwn && spec.operation === undefined) throw new Error(`no handler for ${spec.name}`);
  const contents = `
import { runInstalled } from "./installed/run-installed.ts";
${handler}
const spec = ${JSON.stringify(withoutSchema(spec))};
export { spec, handler };
export const main = (argv) => runInstalled({ spec, handler }, argv);
`;
  const { metafile } = await build({
    ...shared,
    format: "cjs",
    stdin: { contents, resolveDir: sources, sourcefile: `${slug}.js` },
    outfile: join(dist, "commands", `${slug}.cjs`),
    plugins: plugins({
      "server-process.ts": "../lib/server-process.js",
      "demo-kit.ts": "../lib/demo-kit.js",
      "registry-kit.ts": "../lib/registry-kit.js",
      "plugin-kit.ts": "../lib/plugin-kit.js",
      ...lateTargets("../late"),
    }),
  });
  refuseSchemas(spec.name, metafile);
  metafiles.push(metafile);
}

async function bundleLate(): Promise<void> {
  for (const [name, { from }] of Object.entries(lateModules)) {
    const { metafile } = await build({
      ...shared,
      format: "cjs",
      entryPoints: [from],
      outfile: join(dist, "late", `${name}.cjs`),
      plugins: plugins(lateTargets("../late")),
    });
    refuseSchemas(name, metafile);
    metafiles.push(metafile);
  }
}

async function bundleEntries(): Promise<void> {
  const entries = [
    { from: "installed/entry.ts", to: "aomori.cjs", banner: { js: "#!/usr/bin/env node" } },
    { from: "installed/program.ts", to: "program.cjs" },
    { from: "installed/plugin.ts", to: "plugin.cjs" },
    { from: "derived/command-specs.ts", to: "specs.cjs" },
  ];
  for (const { from, to, ...rest } of entries) {
    const { metafile } = await build({
      ...shared,
      ...rest,
      format: "cjs",
      entryPoints: [join(sources, from)],
      outfile: join(dist, to),
      plugins: plugins(lateTargets("./late")),
    });
    refuseSchemas(to, metafile);
    metafiles.push(metafile);
  }
}

/** Server, store, model server and linter, in modules that share what they have in common. */
async function bundleLibraries(): Promise<void> {
  const { metafile } = await build({
    ...shared,
    format: "esm",
    splitting: true,
    entryPoints: [
      join(sources, "server-process.ts"),
      join(sources, "demo", "demo-kit.ts"),
      join(sources, "registry", "registry-kit.ts"),
      join(sources, "plugins", "plugin-kit.ts"),
    ],
    outdir: join(dist, "lib"),
    entryNames: "[name]",
    // Inlined CommonJS asks for built-in modules by require, which an ES module has not.
    banner: {
      js: `import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url);`,
    },
    plugins: plugins({}, inlinedPackages),
  });
  metafiles.push(metafile);
}

/** Files that code reads at run time lie beside its bundle as they lie beside its source. */
async function copyFiles(): Promise<void> {
  const folders = { store: ["sql", "seed"], testkit: ["fixtures", "scenarios"] };
  for (const [name, parts] of Object.entries(folders)) {
    for (const part of parts) {
      await cp(join(root, "packages", name, part), join(dist, part), { recursive: true });
    }
  }
  await copyRegistry();
}

/** An entry is signed as a value, so it need not carry its blanks. */
async function copyRegistry(): Promise<void> {
  await mkdir(join(dist, "registry"));
  const names = await readdir(join(root, "registry"));
  for (const name of names.filter((each) => each.endsWith(".json"))) {
    const entry: unknown = JSON.parse(await readFile(join(root, "registry", name), "utf8"));
    await writeFile(join(dist, "registry", name), JSON.stringify(entry));
  }
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/** What is left outside must be installed with the package, in the version the workspace was tested with. */
async function checkDependencies(): Promise<void> {
  const own = (await manifestOf(cli)).dependencies ?? {};
  const tested = new Map<string, string>();
  for (const name of await readdir(join(root, "packages"))) {
    const { dependencies = {} } = await manifestOf(join(root, "packages", name));
    for (const [dependency, version] of Object.entries(dependencies))
      tested.set(dependency, version);
  }
  const faults = [...externals].flatMap((specifier) => {
    const name = packageOf(specifier);
    const wanted = tested.get(name) ?? "no version in any package.json";
    return own[name] === wanted ? [] : [`${name} ${wanted}, not ${own[name] ?? "listed"}`];
  });
  if (faults.length > 0) {
    throw new Error(`packages/cli/package.json must depend on: ${[...new Set(faults)].join("; ")}`);
  }
  const needed = new Set([...[...externals].map(packageOf), ...peers]);
  const needless = Object.keys(own).filter((name) => !needed.has(name));
  if (needless.length > 0) {
    throw new Error(`packages/cli/package.json needs no ${needless.join(", ")}: nothing loads it`);
  }
}

/** What the compiler wrote for its own use is left alone. */
async function clean(): Promise<void> {
  await mkdir(dist, { recursive: true });
  for (const name of await readdir(dist)) {
    if (!["types", ".tsbuildinfo"].includes(name)) await rm(join(dist, name), { recursive: true });
  }
}

async function run(): Promise<void> {
  const startedAt = performance.now();
  await clean();
  const ownHandlers = await readdir(join(sources, "commands"));
  await bundleEntries();
  await bundleLate();
  for (const spec of commandSpecs) await bundleCommand(spec, ownHandlers);
  await bundleLibraries();
  await checkDependencies();
  const notices = await noticesOf(packagesIn(root, metafiles));
  await writeFile(join(dist, "THIRD-PARTY-NOTICES.txt"), notices);
  await copyFiles();
  const { size } = await stat(join(dist, "commands", "task-list.cjs"));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `built ${commandSpecs.length} commands in ${seconds} s; task list is ${Math.round(size / 1024)} KiB`,
  );
}

await run();
