/** Rules of the house that no linter has: how files are called, what a door lists, what tests may fake. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { report } from "./finding.ts";
import type { Finding, Findings } from "./finding.ts";
import { filesBelow, typescriptName } from "./source-files.ts";

const nameless = /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.tsx?$)/;

interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
}

const rules: readonly Rule[] = [
  {
    pattern: /^export (type )?\*/m,
    message: '"export *" hides what a door opens; list the names',
  },
  {
    pattern: /vi\.(mock|doMock)\(\s*(import\(\s*)?["'](\.|@aomori\/|aomori["'/])/,
    message: "a mock of our own code tests nothing; use a real one, or a fake of testkit",
  },
];

function checkFile(root: string, file: string): Finding[] {
  const path = relative(root, file);
  const text = readFileSync(file, "utf8");
  const broken = rules.filter(({ pattern }) => pattern.test(text)).map(({ message }) => message);
  if (nameless.test(path)) broken.push(`"${basename(file)}" says nothing; name it by its topic`);
  return broken.map((message) => ({ file: path, message }));
}

/** The type-aware linter takes the nearest tsconfig.json; without one it judges tests by rules of nobody. */
function checkTestFolders(root: string, files: readonly string[]): Finding[] {
  const paths = files.map((file) => relative(root, file));
  const folders = new Set(
    paths.flatMap((path) => /^(?:packages\/[^/]+\/)?test(?=\/)/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .filter((folder) => !existsSync(join(root, folder, "tsconfig.json")))
    .map((file) => ({ file, message: "has no tsconfig.json; copy that of another test folder" }));
}

/** Reads every TypeScript file of the packages, the tools and the benchmarks below `root`. */
export function checkHouse(root: string): Findings {
  const files = ["packages", "tools", "bench", "test"].flatMap((folder) =>
    filesBelow(join(root, folder), typescriptName),
  );
  const findings = files.flatMap((file) => checkFile(root, file));
  return { findings: [...findings, ...checkTestFolders(root, files)], fileCount: files.length };
}

if (import.meta.main) report("house", checkHouse(process.cwd()));
