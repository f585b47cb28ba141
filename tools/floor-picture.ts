/** Draws tools/floors.ts for README.md and docs/architecture.md; `npm run docs` writes both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Floor, FloorTable } from "./floors.ts";

const widthInColumns = 66;

function byFloor(table: FloorTable): Map<Floor["floor"], string[]> {
  const rows = new Map<Floor["floor"], string[]>();
  for (const [name, { floor }] of Object.entries(table)) {
    rows.set(floor, [...(rows.get(floor) ?? []), name]);
  }
  return rows;
}

/** One line per floor, the highest first; what stands beside the house comes last. */
export function floorPicture(table: FloorTable): string {
  const line = (left: string, right: string): string =>
    `${left}${"─".repeat(widthInColumns)}${right}`;
  const rows = byFloor(table);
  const numbers = [...rows.keys()].filter((floor) => floor !== "beside");
  const storeys = numbers
    .toSorted((left, right) => right - left)
    .map((floor) => {
      const names = (rows.get(floor) ?? []).join("   ");
      return `│ ${String(floor).padEnd(4)}${names.padEnd(widthInColumns - 6)} │`;
    });
  const beside = (rows.get("beside") ?? []).join(", ");
  return [
    "```text",
    line("┌", "┐"),
    storeys.join(`\n${line("├", "┤")}\n`),
    line("└", "┘"),
    `  an import points down, never up or sideways; beside the house: ${beside}`,
    "```",
    "",
  ].join("\n");
}

function descriptionOf(root: string, name: string): string {
  const path = join(root, "packages", name, "package.json");
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("description" in manifest)) {
    throw new Error(`${path} has no description; add one, it is printed in docs/architecture.md`);
  }
  return String(manifest.description);
}

/** A table row per package: floor, name, the description of its manifest, what it may import. */
export function floorTable(root: string, table: FloorTable): string {
  const rows = Object.entries(table).map(([name, { floor, mayImport, mayLoadLate = [] }]) => {
    const late = mayLoadLate.length === 0 ? "" : `; late: ${mayLoadLate.join(", ")}`;
    const imports = mayImport.length === 0 ? "nothing of ours" : mayImport.join(", ");
    return `| ${floor} | \`${name}\` | ${descriptionOf(root, name)} | ${imports}${late} |`;
  });
  const head = ["| floor | package | is | may import |", "| --- | --- | --- | --- |"];
  return [...head, ...rows, ""].join("\n");
}
