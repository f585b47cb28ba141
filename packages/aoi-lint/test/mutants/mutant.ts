export type Language = "typescript" | "python" | "shell";

/** A good tool with one thing wrong: an exact edit of its source, and the rule that is there to see it. */
export interface Mutant {
  readonly id: string;
  readonly language: Language;
  readonly rule: string;
  /** What the variant does wrong, in a few words. */
  readonly breaks: string;
  /** Stands exactly once in the good tool. */
  readonly search: string;
  readonly replace: string;
  /** Linted instead of a plain search. */
  readonly argv: readonly string[];
}

/** A line of a table: id, rule, what is wrong, the edit, and what to lint instead of a plain search. */
export type Row = readonly [
  id: string,
  rule: string,
  breaks: string,
  search: string,
  replace: string,
  argv?: readonly string[],
];

export const plainSearch: readonly string[] = ["search", "apple", "--output", "jsonl"];
/** A transformer and a sink of the good tools. */
export const shout: readonly string[] = ["shout", "--input-jsonl", "-"];
export const save: readonly string[] = ["save", "--input-jsonl", "-", "--into", "saved"];
export const tick: readonly string[] = ["tick", "--times", "3", "--every-ms", "50"];

export function mutants(language: Language, rows: readonly Row[]): Mutant[] {
  return rows.map(([id, rule, breaks, search, replace, argv = plainSearch]) => {
    return { id: `${language}/${id}`, language, rule, breaks, search, replace, argv };
  });
}

/** The edited source; throws where the text to replace does not stand exactly once. */
export function applyMutant(source: string, { id, search, replace }: Mutant): string {
  const pieces = source.split(search);
  if (pieces.length !== 2) {
    throw new Error(
      `${id}: its text stands ${pieces.length - 1} times in the good tool: ${search}`,
    );
  }
  return pieces.join(replace);
}
