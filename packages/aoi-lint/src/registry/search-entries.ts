import { isRecord } from "@aomori/system";
import type { ListedEntry } from "./registry-files.ts";

/** Where a word was found weighs: in the name, in the summary, in what the tool can do. */
const weights = { name: 100, summary: 10, command: 1 };

/** The entries every word of the query occurs in, whatever its case; the best first. An empty query finds all. */
export function searchEntries(
  entries: readonly ListedEntry[],
  query: string,
): readonly ListedEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .map((listed) => ({ listed, score: scoreOf(listed, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || (a.listed.entry.name < b.listed.entry.name ? -1 : 1))
    .map(({ listed }) => listed);
}

function scoreOf({ entry }: ListedEntry, words: readonly string[]): number {
  const name = entry.name.toLowerCase();
  const summary = entry.summary.toLowerCase();
  const rest = [...commandTexts(entry.capabilities), ...entry.schemas.map((schema) => schema.name)]
    .join("\n")
    .toLowerCase();
  let score = words.length === 0 ? 1 : 0;
  for (const word of words) {
    const found =
      (name === word ? weights.name : 0) +
      (name.includes(word) ? weights.name : 0) +
      (summary.includes(word) ? weights.summary : 0) +
      (rest.includes(word) ? weights.command : 0);
    if (found === 0) return 0;
    score += found;
  }
  return score;
}

/** Names and summaries of the commands a capabilities document lists. */
function commandTexts(capabilities: Readonly<Record<string, unknown>>): string[] {
  const { commands } = capabilities;
  if (!Array.isArray(commands)) return [];
  return commands.flatMap((command: unknown) => {
    if (!isRecord(command)) return [];
    return [command["name"], command["summary"]].filter((text) => typeof text === "string");
  });
}
