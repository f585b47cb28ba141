/** The licences of the packages that a bundle contains, as they ask to be passed on. */
import type { Metafile } from "esbuild";
import { readFile, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Licences whose terms are met by handing on their text. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
]);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const packageFolder = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The folders of the packages whose files went into a bundle, as paths from `root`. */
export function packagesIn(root: string, metafiles: readonly Metafile[]): string[] {
  const inputs = metafiles.flatMap(({ inputs: files }) => Object.keys(files));
  const folders = inputs.flatMap((path) => packageFolder.exec(resolve(root, path))?.[1] ?? []);
  return [...new Set(folders)].toSorted();
}

/** One text with each package's name, version, licence and the licence's text; an unknown licence is an error. */
export async function noticesOf(folders: readonly string[]): Promise<string> {
  const parts = new Map<string, string>();
  for (const folder of folders) {
    const manifest: Manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const { name, version, license = "none named" } = manifest;
    if (!allowed.has(license)) throw new Error(`${name} ${version} has the licence ${license}`);
    const files = await readdir(folder);
    const texts = files.filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file)).toSorted();
    const whole = texts.map((file) => readFile(join(folder, file), "utf8"));
    const text = (await Promise.all(whole)).map((one) => one.trim()).join("\n\n");
    parts.set(`${name} ${version} (${license})`, text);
  }
  const sections = [...parts].map(([title, text]) => `${title}\n\n${text}`.trimEnd());
  const intro = "Files of this program contain parts of these packages:";
  return `${[intro, ...sections].join("\n\n---\n\n")}\n`;
}
