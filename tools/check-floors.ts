/**
 * The compiler does not see package borders: npm hoists every workspace, so an upward import compiles.
 * This gate reads each manifest and each import and holds them against tools/floors.ts.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { floors } from "./floors.ts";

const maxLines = 500;
const importPattern =
  /(?:from\s+|import\s+|import\(\s*)["'](@aomori\/[a-z-]+|aomori)(?:\/[^"']*)?["']/g;

interface Finding {
  readonly file: string;
  readonly message: string;
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("node_modules") && !path.includes("/dist/"));
}

function packageOf(specifier: string): string {
  return specifier === "aomori" ? "cli" : specifier.replace("@aomori/", "");
}

function checkImports(name: string, file: string, text: string): Finding[] {
  const floor = floors[name];
  if (floor === undefined) return [{ file, message: `package ${name} is not in tools/floors.ts` }];
  const findings: Finding[] = [];
  for (const match of text.matchAll(importPattern)) {
    const target = packageOf(match[1] ?? "");
    const late = match[0].startsWith("import(");
    const typeOnly = /import type[^;]*$/.test(text.slice(0, match.index));
    if (target === name || floor.mayImport.includes(target)) continue;
    if (late && floor.mayLoadLate?.includes(target)) continue;
    findings.push({
      file,
      message: `${name} (floor ${floor.floor}) may not import ${target}${typeOnly ? " (type)" : ""}`,
    });
  }
  return findings;
}

function checkManifest(name: string, folder: string): Finding[] {
  const file = join(folder, "package.json");
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const floor = floors[name];
  if (floor === undefined) return [{ file, message: `package ${name} is not in tools/floors.ts` }];
  const allowed = [...floor.mayImport, ...(floor.mayLoadLate ?? [])];
  return Object.keys(manifest.dependencies ?? {})
    .filter((dependency) => dependency === "aomori" || dependency.startsWith("@aomori/"))
    .filter((dependency) => !allowed.includes(packageOf(dependency)))
    .map((dependency) => ({ file, message: `${name} may not depend on ${dependency}` }));
}

/** Reads every package below `root`; returns what breaks the table and how many files were read. */
export function checkFloors(root: string): { findings: Finding[]; fileCount: number } {
  const findings: Finding[] = [];
  let fileCount = 0;
  for (const name of readdirSync(join(root, "packages"))) {
    const folder = join(root, "packages", name);
    findings.push(...checkManifest(name, folder));
    for (const file of sourcesBelow(folder)) {
      const text = readFileSync(file, "utf8");
      fileCount += 1;
      const lines = text.split("\n").length;
      if (lines > maxLines) findings.push({ file, message: `${lines} lines, over ${maxLines}` });
      if (file.startsWith(join(folder, "src"))) findings.push(...checkImports(name, file, text));
    }
  }
  return { findings, fileCount };
}

if (import.meta.main) {
  const { findings, fileCount } = checkFloors(process.cwd());
  for (const finding of findings) console.error(`${finding.file}: ${finding.message}`);
  console.log(`floors: ${fileCount} files, ${findings.length} findings`);
  if (fileCount === 0 || findings.length > 0) process.exitCode = 1;
}
