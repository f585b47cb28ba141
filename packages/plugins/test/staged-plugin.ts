/** Plugins to install: shell programs that say which version they are of, twice. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  headRef,
  installVersion,
  parseCommit,
  parseOwner,
  parsePluginName,
  parseRepository,
  parseVersion,
} from "../src/index.ts";
import type { InstallOptions, PluginName, PluginRecord, PluginsLayout } from "../src/index.ts";

export const pluginNamed = (name: string): PluginName => parsePluginName(name);

export const githubOrigin = (owner: string, repository: string) =>
  ({
    kind: "github",
    owner: parseOwner(owner),
    repository: parseRepository(repository),
    ref: headRef,
    commit: parseCommit("0123456789abcdef0123456789abcdef01234567"),
  }) as const;

let installedMs = Date.UTC(2026, 0, 1);

/** A record as an installer would make it; each is installed a second after the one before. */
export function recordOf(
  name: string,
  version: string,
  changes: Partial<PluginRecord> = {},
): PluginRecord {
  installedMs += 1_000;
  return {
    schema: 1,
    name: pluginNamed(name),
    version: parseVersion(version),
    description: `says that it is ${version}`,
    protocol: 1,
    binaries: {},
    viewer_routes: [],
    secrets: [],
    hosts: [],
    sha256: {},
    source: `https://raw.example/${name}/${version}/aomori.plugin.json`,
    origin: githubOrigin("alice", name),
    assets: [],
    entry: { kind: "native", file: "plugin", platform: "linux_x86_64" },
    has_viewer: false,
    trust: { level: "none" },
    untrusted: false,
    installed_at: new Date(installedMs).toISOString(),
    installed_by: "0.1.0",
    ...changes,
  };
}

/** Says the version from two files of its folder, so that one of them alone is noticed. */
const program = (version: string): string =>
  `#!/bin/sh\nreal=$(readlink -f "$0")\necho "${version} $(cat "\${real%/*}/parts/version.txt")"\n`;

export async function stageProgram(directory: string, version: string): Promise<void> {
  await writeFile(join(directory, "plugin"), program(version), { mode: 0o700 });
  await mkdir(join(directory, "parts/deep"), { recursive: true });
  await writeFile(join(directory, "parts/version.txt"), version);
  await writeFile(join(directory, "parts/deep/more.bin"), Buffer.alloc(70_000, version));
}

export async function install(
  plugins: PluginsLayout,
  name: string,
  version: string,
  options: Partial<InstallOptions> & { readonly record?: Partial<PluginRecord> } = {},
): Promise<PluginRecord> {
  const { record: changes, ...rest } = options;
  const record = recordOf(name, version, changes);
  return installVersion(
    plugins,
    pluginNamed(name),
    { mode: "install", origin: record.origin, ...rest },
    async (directory) => {
      await stageProgram(directory, version);
      return record;
    },
  );
}

export const upgrade: typeof install = (plugins, name, version, options) =>
  install(plugins, name, version, { mode: "upgrade", ...options });
