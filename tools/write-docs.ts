/** `npm run docs`: writes the parts of the documents that are made from code and from measurements. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ruleSections } from "../packages/aoi-lint/tools/rules-page.ts";
import { floorPicture, floorTable } from "./floor-picture.ts";
import { floors } from "./floors.ts";
import { readSection, writeSection } from "./marked-section.ts";
import { numbersTable } from "./readme-numbers.ts";

export interface WrittenSection {
  readonly file: string;
  readonly name: string;
  /** What the section must say; undefined where there is nothing to say yet, and then no section either. */
  readonly body: string | undefined;
}

export function writtenSections(root: string): WrittenSection[] {
  return [
    { file: "README.md", name: "floors", body: floorPicture(floors) },
    { file: "README.md", name: "numbers", body: numbersTable(root) },
    { file: "docs/architecture.md", name: "floors", body: floorTable(root, floors) },
    ...Object.entries(ruleSections()).map(([name, body]) => {
      return { file: "docs/lint-rules.md", name, body };
    }),
  ];
}

/** What is not as a script would write it, in words. */
export function staleSections(root: string): { file: string; message: string }[] {
  return writtenSections(root).flatMap(({ file, name, body }) => {
    const found = readSection(readFileSync(join(root, file), "utf8"), name);
    if (found === body) return [];
    if (body === undefined)
      return [{ file, message: `section ${name} has no source; take it out` }];
    return [{ file, message: `section ${name} is stale or absent; run "npm run docs"` }];
  });
}

if (import.meta.main) {
  for (const { file, name, body } of writtenSections(process.cwd())) {
    if (body === undefined) continue;
    writeFileSync(file, writeSection(readFileSync(file, "utf8"), name, body));
    console.log(`${file}: ${name}`);
  }
}
