import type { IndexedPlugin } from "./plugin-index.ts";

/** Where a word is found weighs, and a whole word more than a part of one. */
const weights = { name: 40, keyword: 12, owner: 6, summary: 3 } as const;
const matches = { wholeText: 3, wholeWord: 2, startOfWord: 1.5, part: 1 } as const;

interface Scored {
  readonly plugin: IndexedPlugin;
  readonly score: number;
}

/** The plugins in which every word of the query occurs, whatever its case; the best first, equals by name. An empty query finds all. */
export function searchPlugins(
  plugins: readonly IndexedPlugin[],
  query: string,
): readonly IndexedPlugin[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return plugins
    .map((plugin): Scored => ({ plugin, score: scoreOf(plugin, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score || byName(left.plugin, right.plugin))
    .map(({ plugin }) => plugin);
}

/** 0 when a word is nowhere. */
function scoreOf(plugin: IndexedPlugin, words: readonly string[]): number {
  let total = words.length === 0 ? 1 : 0;
  for (const word of words) {
    const score =
      weights.name * matchIn(plugin.name, word) +
      weights.owner * matchIn(plugin.owner, word) +
      weights.summary * matchIn(plugin.summary, word) +
      weights.keyword * Math.max(0, ...plugin.keywords.map((keyword) => matchIn(keyword, word)));
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

function matchIn(text: string, word: string): number {
  const lower = text.toLowerCase();
  if (lower === word) return matches.wholeText;
  if (!lower.includes(word)) return 0;
  const parts = lower.split(/[^\p{L}\p{N}]+/u);
  if (parts.includes(word)) return matches.wholeWord;
  return parts.some((part) => part.startsWith(word)) ? matches.startOfWord : matches.part;
}

function byName(left: IndexedPlugin, right: IndexedPlugin): number {
  const [a, b] = [left, right].map(({ name, owner }) => `${name}/${owner}`.toLowerCase());
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
