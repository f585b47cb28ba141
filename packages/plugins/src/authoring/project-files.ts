import type { PlatformKey } from "../manifest/platform.ts";
import type { PluginName } from "../names/names.ts";
import { buildScript, cSource, rustSource } from "./compiled-sources.ts";
import { compiledWorkflow, scriptWorkflow } from "./release-workflow.ts";
import { nodeSource, pythonSource, shSource } from "./script-sources.ts";

export const scaffoldKinds = ["node", "python", "sh", "c", "rust"] as const;

export type ScaffoldKind = (typeof scaffoldKinds)[number];

export interface ProjectFile {
  /** Below the project's folder, with slashes. */
  readonly path: string;
  readonly content: string;
  readonly mode: 0o644 | 0o755;
}

const scripts = {
  node: { file: "plugin.mjs", source: nodeSource },
  python: { file: "plugin.py", source: pythonSource },
  sh: { file: "plugin.sh", source: shSource },
} as const;

const compiled = {
  c: {
    file: "plugin.c",
    source: cSource,
    compile: `"\${CC:-cc}" -std=c11 -O2 -Wall -Wextra -o "$output" plugin.c`,
  },
  rust: {
    file: "plugin.rs",
    source: rustSource,
    compile: `"\${RUSTC:-rustc}" --edition 2021 -O -o "$output" plugin.rs`,
  },
} as const;

/** What build.sh and the release workflow build for. */
const builtPlatforms: readonly PlatformKey[] = [
  "linux_x86_64",
  "linux_aarch64",
  "macos_x86_64",
  "macos_aarch64",
];

/** All files of a new plugin, the manifest among them. */
export function projectFiles(kind: ScaffoldKind, name: PluginName): readonly ProjectFile[] {
  return kind === "c" || kind === "rust" ? compiledFiles(kind, name) : scriptFiles(kind, name);
}

function scriptFiles(kind: keyof typeof scripts, name: PluginName): readonly ProjectFile[] {
  const { file, source } = scripts[kind];
  return [
    manifest(name, { run: { runtime: kind, file } }),
    { path: file, content: source, mode: 0o755 },
    readme(name, `The plugin is \`${file}\`; there is nothing to build.`),
    workflow(scriptWorkflow(file)),
    ignored,
  ];
}

function compiledFiles(kind: keyof typeof compiled, name: PluginName): readonly ProjectFile[] {
  const { file, source, compile } = compiled[kind];
  const binaries = builtPlatforms.map((platform) => [platform, `${name}-${platform}`]);
  const building = `The plugin is \`${file}\`; \`sh build.sh\` builds it for this machine into \`dist/\`.`;
  return [
    manifest(name, { binaries: Object.fromEntries(binaries) }),
    { path: file, content: source, mode: 0o644 },
    { path: "build.sh", content: buildScript(name, compile), mode: 0o755 },
    readme(name, building),
    workflow(compiledWorkflow()),
    ignored,
  ];
}

const ignored: ProjectFile = { path: ".gitignore", content: "dist/\nrelease/\n", mode: 0o644 };

function workflow(content: string): ProjectFile {
  return { path: ".github/workflows/release.yml", content, mode: 0o644 };
}

function manifest(name: PluginName, entry: Readonly<Record<string, unknown>>): ProjectFile {
  const fields = {
    schema: 1,
    name,
    version: "0.1.0",
    description: "Greets the word it is given",
    protocol: 1,
    ...entry,
  };
  const content = `${JSON.stringify(fields, null, 2)}\n`;
  return { path: "aomori.plugin.json", content, mode: 0o644 };
}

function readme(name: PluginName, building: string): ProjectFile {
  const content = `# ${name}

A plugin of the aomori command line. ${building}

| to | run |
| --- | --- |
| try it where it lies | \`aomori plugins install --path .\`, then \`aomori ${name} you\` |
| collect the files of a release, with their hashes | \`aomori plugins pack\` |
| look for what would go wrong for others | \`aomori plugins publish-check\` |

## Release

1. Set \`version\` in \`aomori.plugin.json\`, without a \`v\`, and commit.
2. Push the tag of that version, with a \`v\`: \`git tag v0.1.0 && git push origin v0.1.0\`.

The workflow in \`.github/workflows/release.yml\` then publishes the files under the names that the manifest gives
them, and their SHA-256 in \`checksums.txt\`.
`;
  return { path: "README.md", content, mode: 0o644 };
}
