import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, totalmem, type } from "node:os";
import { dirname, join } from "node:path";

/** Kind, processor and memory of this machine; never its name. */
export function describeMachine(): string {
  const [first] = cpus();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  const kernel = release().split(/[.-]/).slice(0, 2).join(".");
  const model = first?.model.replaceAll(/\s+/g, " ").trim() || "unknown processor";
  return `${type()} ${kernel}, ${cpus().length} × ${model}, ${memoryGib} GiB`;
}

const measuredPackages = ["@electric-sql/pglite", "@dbos-inc/dbos-sdk", "fastify"] as const;

export function describeVersions(): Record<string, string> {
  const git = execFileSync("git", ["--version"], { encoding: "utf8" });
  const packages = Object.fromEntries(
    measuredPackages.map((name) => [name.slice(name.indexOf("/") + 1), versionOf(name)]),
  );
  return {
    node: process.versions.node,
    git: /\d+(\.\d+)+/.exec(git)?.[0] ?? "unknown",
    ...packages,
  };
}

/** Packages that do not export their package.json are found by walking up from their entry. */
function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  for (
    let directory = dirname(entry);
    directory !== dirname(directory);
    directory = dirname(directory)
  ) {
    const manifest = readManifest(join(directory, "package.json"));
    if (manifest?.name === name) return manifest.version;
  }
  throw new Error(`no package.json of ${name} above ${entry}`);
}

function readManifest(path: string): { name: unknown; version: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("name" in value)) return undefined;
  return { name: value.name, version: "version" in value ? String(value.version) : "unknown" };
}
