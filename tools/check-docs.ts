/** Guides that name files which do not exist mislead; this gate follows every path and script a document names. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { report } from "./finding.ts";
import type { Finding, Findings } from "./finding.ts";
import { filesBelow } from "./source-files.ts";
import { staleSections } from "./write-docs.ts";

const link = /\]\((?<path>[^)\s#]+)(?:#[^)]*)?\)/g;
/** A method of a JSON-RPC message looks like a path and is none. */
const rooted =
  /(?<!"method":")(?<![\w/.@-])(?<path>(?:packages|tools|docs|bench|\.ci|\.changeset)\/[\w./@*<>-]*)/g;
const quoted = /`(?<path>(?:\.\/|test\/|src\/)[\w./@*<>-]+)`/g;
const script = /npm run (?<name>[\w:-]+)/g;
const agentsGuide = { file: "AGENTS.md", maxLines: 120 };

const named = (text: string, pattern: RegExp, group: string): string[] =>
  [...text.matchAll(pattern)].map(({ groups }) => (groups?.[group] ?? "").replace(/[.,:]+$/, ""));

/** `<name>` stands for any name; a build is not in the repository. */
function isThere(folder: string, path: string): boolean {
  const pattern = path.replaceAll(/<[^>]*>/g, "*");
  if (/(^|\/)dist(\/|$)/.test(pattern)) return true;
  if (!pattern.includes("*")) return existsSync(join(folder, pattern));
  return globSync(pattern, { cwd: folder }).length > 0;
}

function pathsIn(root: string, file: string, text: string): string[] {
  const here = dirname(file);
  const links = named(text, link, "path").filter((path) => !/^[a-z]+:/.test(path));
  return [
    ...links.filter((path) => !isThere(here, path)),
    ...named(text, rooted, "path").filter((path) => !isThere(root, path)),
    ...named(text, quoted, "path").filter((path) => !isThere(here, path) && !isThere(root, path)),
  ];
}

function scriptsOf(root: string): ReadonlySet<string> {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("scripts" in manifest)) {
    return new Set();
  }
  return new Set(Object.keys(Object(manifest.scripts)));
}

function checkDocument(root: string, file: string, scripts: ReadonlySet<string>): Finding[] {
  const text = readFileSync(file, "utf8");
  const messages = new Set([
    ...pathsIn(root, file, text).map((path) => `${path} does not exist`),
    ...named(text, script, "name")
      .filter((name) => !scripts.has(name))
      .map((name) => `there is no script "npm run ${name}"`),
  ]);
  const path = relative(root, file);
  const lineCount = text.trimEnd().split("\n").length;
  if (path === agentsGuide.file && lineCount > agentsGuide.maxLines) {
    messages.add(`${lineCount} lines, over ${agentsGuide.maxLines}`);
  }
  return [...messages].map((message) => ({ file: path, message }));
}

/** Reads every Markdown file below `root`. */
export function checkDocuments(root: string): Findings {
  const files = filesBelow(root, /\.md$/);
  const scripts = scriptsOf(root);
  const findings = files.flatMap((file) => checkDocument(root, file, scripts));
  return { findings, fileCount: files.length };
}

if (import.meta.main) {
  const root = process.cwd();
  const { findings, fileCount } = checkDocuments(root);
  report("documents", { findings: [...findings, ...staleSections(root)], fileCount });
}
