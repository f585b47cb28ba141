/** Longest piece of data one fence takes, in characters. */
const maxFenced = 60_000;

/** Text cut to a length, saying so; what is cut is the middle, since both ends tell most. */
function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const cut = text.length - 2 * half;
  return `${text.slice(0, half)}\n[${cut} characters left out]\n${text.slice(text.length - half)}`;
}

/** One line: no line of the text can pass for a line of ours. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

/**
 * Data under a heading, between fences longer than any run of backticks in it, so that it cannot end its own fence;
 * a line in it that looks like one of our `Aomori-…` lines is marked as a quotation.
 */
export function fenced(heading: string, text: string, maxLength: number = maxFenced): string {
  const body = shortened(text.trim(), maxLength).replaceAll(/^([ \t]*)(Aomori-[A-Z])/gm, "$1> $2");
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${heading}\n${fence}text\n${body}\n${fence}`;
}

/** The same for a list, nothing for an empty one. */
export function fencedList(heading: string, items: readonly string[]): readonly string[] {
  const lines = items.filter((item) => item.trim() !== "").map((item) => `- ${item.trim()}`);
  return lines.length === 0 ? [] : [fenced(heading, lines.join("\n"))];
}
