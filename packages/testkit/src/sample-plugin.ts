import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A plugin as a test or a benchmark needs one. */
export interface SamplePlugin {
  readonly name: string;
  readonly language: "c" | "rust" | "python" | "sh" | "node";
  readonly source: string;
  readonly protocol?: 1 | 2;
  readonly commands?: readonly string[];
  readonly secrets?: readonly string[];
  readonly hosts?: readonly string[];
}

const fileNames = { python: "plugin.py", sh: "plugin.sh", node: "plugin.mjs" } as const;

function compile(language: "c" | "rust", source: string, folder: string): void {
  const file = join(folder, language === "c" ? "plugin.c" : "plugin.rs");
  writeFileSync(file, source);
  const argv =
    language === "c"
      ? ["gcc", "-O1", "-o", join(folder, "plugin"), file]
      : ["rustc", "-O", "-o", join(folder, "plugin"), file];
  execFileSync(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
}

/** Lays a plugin down as an installation leaves it, compiled where its language is; returns its folder. */
export function installPlugin(plugins: string, plugin: SamplePlugin): string {
  const { name, language, source, protocol = 1, secrets = [], hosts = [], commands } = plugin;
  const directory = join(plugins, name);
  const version = join(directory, "versions", "1.0.0-test");
  mkdirSync(version, { recursive: true });
  const isNative = language === "c" || language === "rust";
  const file = isNative ? "plugin" : fileNames[language];
  if (isNative) compile(language, source, version);
  else {
    writeFileSync(join(version, file), source);
    chmodSync(join(version, file), 0o755);
  }
  const record = {
    name,
    schema: 1,
    version: "1.0.0",
    description: "of a test",
    protocol,
    binaries: {},
    viewer_routes: [],
    ...(commands === undefined ? {} : { commands }),
    secrets,
    hosts,
    sha256: {},
    source: "of a test",
    origin: { kind: "github", owner: "o", repository: name, ref: "HEAD", commit: "0".repeat(40) },
    assets: [],
    entry: isNative
      ? { kind: "native", file, platform: "linux_x86_64" }
      : { kind: "script", file, runtime: language },
    has_viewer: false,
    trust: { level: "none" },
    untrusted: false,
    installed_at: "2026-01-01T00:00:00.000Z",
    installed_by: "0.1.0",
  };
  writeFileSync(join(version, "record.json"), JSON.stringify(record));
  symlinkSync(join("versions", "1.0.0-test"), join(directory, "current"));
  return directory;
}
