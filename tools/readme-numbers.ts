/** The README's numbers, copied from bench/results.json; nobody types them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Figure {
  readonly id: string;
  readonly ours: number;
  readonly floor?: number;
  readonly peer?: number;
  readonly ratio?: number;
  readonly target: string | number;
  readonly met: boolean;
  readonly unit: string;
}

const path = "bench/results.json";

function isFigure(value: unknown): value is Figure {
  if (typeof value !== "object" || value === null) return false;
  const record = new Map<string, unknown>(Object.entries(value));
  const isOptionalNumber = (name: string): boolean =>
    ["undefined", "number"].includes(typeof record.get(name));
  return (
    typeof record.get("id") === "string" &&
    typeof record.get("ours") === "number" &&
    ["string", "number"].includes(typeof record.get("target")) &&
    typeof record.get("met") === "boolean" &&
    typeof record.get("unit") === "string" &&
    ["floor", "peer", "ratio"].every(isOptionalNumber)
  );
}

function parseFigures(text: string): Figure[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed) || parsed.length === 0) throw new Error(`${path} holds no figures`);
  return parsed.map((figure: unknown, index) => {
    if (!isFigure(figure)) throw new Error(`${path}: record ${index} is not a figure`);
    return figure;
  });
}

const numberText = (value: number | undefined): string =>
  value === undefined ? "–" : String(Number(value.toPrecision(3)));

/** A table of every figure, missed targets included; undefined while nothing has been measured. */
export function numbersTable(root: string): string | undefined {
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  const rows = parseFigures(readFileSync(file, "utf8")).map((figure) => {
    const against = numberText(figure.floor ?? figure.peer);
    const { id, unit, target, met } = figure;
    const values = [numberText(figure.ours), against, numberText(figure.ratio)].join(" | ");
    return `| ${id} | ${unit} | ${values} | ${target} | ${verdict(target, met)} |`;
  });
  return [
    "| figure | unit | ours | floor or peer | ratio | target | met |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** A figure that promises nothing is neither met nor missed. */
function verdict(target: string | number, met: boolean): string {
  if (target === "none") return "–";
  return met ? "yes" : "**no**";
}
