/**
 * The compiler does not see package borders: npm hoists every workspace, so an upward import compiles.
 * This gate reads each manifest and each import and holds them against tools/floors.ts.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { report } from "./finding.ts";
import type { Finding, Findings } from "./finding.ts";
import { floors } from "./floors.ts";
import type { Floor, FloorTable } from "./floors.ts";
import { filesBelow, typescriptName } from "./source-files.ts";

const ourImport =
  /(?<how>from\s+|import\s+|import\(\s*|require\(\s*)["'](?:@aomori\/(?<scoped>[a-z-]+)|aomori)(?:\/[^"']*)?["']/g;
const relativeImport = /(?:from\s+|import\s+|import\(\s*)["'](?<path>\.\.?\/[^"']+)["']/g;

interface Package {
  /** Name of its folder below packages/. */
  readonly name: string;
  readonly folder: string;
  readonly floor: Floor;
}

const allowedBy = ({ mayImport, mayLoadLate = [] }: Floor): string[] => [
  ...mayImport,
  ...mayLoadLate,
];

function packageOf(dependency: string): string | undefined {
  if (dependency === "aomori") return "cli";
  return dependency.startsWith("@aomori/") ? dependency.slice("@aomori/".length) : undefined;
}

/** Imports of a package that its floor does not allow. */
function wrongImports({ name, floor }: Package, text: string): string[] {
  return [...text.matchAll(ourImport)].flatMap(({ groups }) => {
    const target = groups?.["scoped"] ?? "cli";
    const isLate = groups?.["how"]?.startsWith("import(") === true;
    if (target === name || floor.mayImport.includes(target)) return [];
    if (floor.mayLoadLate?.includes(target) !== true) {
      return [`${name} (floor ${floor.floor}) may not import ${target}`];
    }
    return isLate ? [] : [`${name} may load ${target} only by "await import()"`];
  });
}

/** Relative imports that go round a neighbour's door. Tests may share what lies in a neighbour's test folder. */
function wrongPaths({ folder }: Package, file: string, text: string): string[] {
  const isTest = file.startsWith(join(folder, "test/"));
  return [...text.matchAll(relativeImport)].flatMap(({ groups }) => {
    const path = groups?.["path"] ?? "";
    const target = resolve(dirname(file), path);
    if (target.startsWith(`${folder}/`)) return [];
    if (isTest && !/\/packages\/[a-z-]+\/src\//.test(target)) return [];
    return [`${path} is outside the package; import it by the package's name`];
  });
}

interface Declared {
  readonly dependencies: readonly string[];
  /** Those of development too: a package may be bundled into another. */
  readonly all: readonly string[];
}

function declaredBy(folder: string): Declared {
  const manifest: object = Object(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const namesIn = (part: unknown): string[] => Object.keys(Object(part));
  const dependencies = "dependencies" in manifest ? namesIn(manifest.dependencies) : [];
  const development = "devDependencies" in manifest ? namesIn(manifest.devDependencies) : [];
  return { dependencies, all: [...dependencies, ...development] };
}

const targetsIn = (text: string): string[] =>
  [...text.matchAll(ourImport)].map(({ groups }) => groups?.["scoped"] ?? "cli");

/** Our packages that the manifest and the sources disagree about. Tests import what they need without declaring it. */
function wrongDeclarations(
  { name, folder, floor }: Package,
  source: readonly string[],
  others: readonly string[],
): string[] {
  const read = (files: readonly string[]): Set<string> =>
    new Set(files.flatMap((file) => targetsIn(readFileSync(file, "utf8"))));
  const imported = read(source);
  const used = new Set([...imported, ...read(others)]);
  const declared = declaredBy(folder).all.flatMap((dependency) => packageOf(dependency) ?? []);
  return [
    ...[...imported]
      .filter((target) => allowedBy(floor).includes(target) && !declared.includes(target))
      .map((target) => `${name} imports ${target} and does not declare it`),
    ...declared
      .filter((target) => !used.has(target))
      .map((target) => `${name} declares ${target} and does not import it`),
  ];
}

function wrongDependencies({ name, folder, floor }: Package): string[] {
  const allowed = allowedBy(floor);
  return declaredBy(folder).dependencies.flatMap((dependency) => {
    const target = packageOf(dependency);
    const isAllowed = target === undefined ? floor.isBare !== true : allowed.includes(target);
    return isAllowed ? [] : [`${name} may not depend on ${dependency}`];
  });
}

function checkPackage(root: string, checked: Package): Findings {
  const { folder } = checked;
  const files = filesBelow(folder, typescriptName);
  const manifest = relative(root, join(folder, "package.json"));
  const source = files.filter((file) => file.startsWith(join(folder, "src/")));
  const others = files.filter((file) => !source.includes(file));
  const findings: Finding[] = [
    ...wrongDependencies(checked),
    ...wrongDeclarations(checked, source, others),
  ].map((message) => ({ file: manifest, message }));
  if (source.length === 0) findings.push({ file: manifest, message: "the package has no source" });
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const imports = source.includes(file) ? wrongImports(checked, text) : [];
    for (const message of [...imports, ...wrongPaths(checked, file, text)]) {
      findings.push({ file: relative(root, file), message });
    }
  }
  return { findings, fileCount: files.length };
}

/** Holds every package below `root` against the table; a package on one side only is a finding. */
export function checkFloors(root: string, table: FloorTable = floors): Findings {
  const parent = join(root, "packages");
  const present = existsSync(parent)
    ? readdirSync(parent).filter((name) => existsSync(join(parent, name, "package.json")))
    : [];
  const absent = Object.keys(table).filter((name) => !present.includes(name));
  const results = present.map((name): Findings => {
    const floor = table[name];
    const folder = join(parent, name);
    if (floor !== undefined) return checkPackage(root, { name, folder, floor });
    const message = `package ${name} is not in tools/floors.ts`;
    return { findings: [{ file: join("packages", name), message }], fileCount: 0 };
  });
  return {
    findings: [
      ...results.flatMap(({ findings }) => findings),
      ...absent.map((name) => ({
        file: "tools/floors.ts",
        message: `there is no package packages/${name}`,
      })),
    ],
    fileCount: results.reduce((sum, { fileCount }) => sum + fileCount, 0),
  };
}

if (import.meta.main) report("floors", checkFloors(process.cwd()));
