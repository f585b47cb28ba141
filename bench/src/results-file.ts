import { readTextFile, writeFileAtomic } from "@aomori/system";
import { Results } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { resultsPage } from "./results-page.ts";

const resultsFile = new URL("../results.json", import.meta.url);
const pageFile = new URL("../RESULTS.md", import.meta.url);

async function readResults(): Promise<Figure[]> {
  const text = await readTextFile(resultsFile.pathname);
  return text === undefined ? [] : Results.parse(JSON.parse(text));
}

/** Puts new figures in the place of old ones of the same id, in the order of `order`, and writes the page anew. */
export async function writeResults(
  fresh: readonly Figure[],
  order: readonly string[],
): Promise<void> {
  const byId = new Map([...(await readResults()), ...fresh].map((figure) => [figure.id, figure]));
  const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  const figures = [...byId.values()].sort((a, b) => place(a.id) - place(b.id));
  await writeFileAtomic(resultsFile.pathname, `${JSON.stringify(figures, null, 2)}\n`);
  await writeFileAtomic(pageFile.pathname, resultsPage(figures));
}
