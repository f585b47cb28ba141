import type { ViewTerminal } from "@aomori/command";
import { cellText, padEnd, textWidth } from "@aomori/command";
import { listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";

const levelColors = { low: "green", medium: "yellow", high: "red" } as const;

function isLevel(level: string): level is keyof typeof levelColors {
  return Object.hasOwn(levelColors, level);
}

function levelText(
  score: number | undefined,
  level: string | undefined,
  paint: ViewTerminal["paint"],
): string {
  if (score === undefined) return "—";
  const word = level ?? "";
  return `${score.toFixed(2)} (${isLevel(word) ? paint[levelColors[word]](word) : cellText(word)})`;
}

/** `TSK-041 ↔ TSK-042   score: 0.12 (low)`, worst first, with the files that collide. */
export function conflictsText(value: unknown, { paint }: ViewTerminal): string {
  const pairs = [...listAt(value, "pairs")].sort(byScore);
  const base = [...listAt(value, "against_base")].sort(byScore);
  if (pairs.length + base.length === 0) {
    return `${paint.dim("no finished branches to compare yet")}\n`;
  }
  const all = [...pairs, ...base];
  const leftWidth = Math.max(...all.map((pair) => textWidth(cellText(textAt(pair, "left")))));
  const rightWidth = Math.max(...all.map((pair) => textWidth(cellText(textAt(pair, "right")))));
  const line = (pair: unknown): string => {
    const left = padEnd(cellText(textAt(pair, "left")), leftWidth);
    const right = padEnd(cellText(textAt(pair, "right")), rightWidth);
    const score = levelText(numberAt(pair, "score"), textAt(pair, "level"), paint);
    const files = textsAt(pair, "files").map(cellText);
    const shown =
      files.length === 0
        ? ""
        : paint.dim(`  ${files.slice(0, 3).join(", ")}${files.length > 3 ? ", …" : ""}`);
    return `${left}  ↔  ${right}   score: ${score}${shown}`;
  };
  const baseLines =
    base.length === 0 ? [] : ["", paint.bold("Against the integration branch"), ...base.map(line)];
  return `${[...pairs.map(line), ...baseLines].join("\n").replace(/^\n/, "")}\n`;
}

function byScore(a: unknown, b: unknown): number {
  return (numberAt(b, "score") ?? 0) - (numberAt(a, "score") ?? 0);
}
