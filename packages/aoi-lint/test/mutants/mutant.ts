export type Language = "typescript" | "python" | "shell";

/** The good tools the mutants are made from: where each lies below examples. */
export const goodTools = {
  typescript: { language: "typescript", file: "hello-aoi/hello-aoi.ts" },
  python: { language: "python", file: "hello-aoi/hello-aoi.py" },
  shell: { language: "shell", file: "hello-aoi/hello-aoi.sh" },
  drawer: { language: "python", file: "hello-aoi/drawer.py" },
} as const satisfies Readonly<Record<string, { language: Language; file: string }>>;

export type GoodTool = keyof typeof goodTools;

/** A good tool with one thing wrong: an exact edit of its source, and the rule that is there to see it. */
export interface Mutant {
  readonly id: string;
  readonly tool: GoodTool;
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

/** What a tool is linted with where a row names nothing else. */
export const usualArgv: Readonly<Record<GoodTool, readonly string[]>> = {
  typescript: plainSearch,
  python: plainSearch,
  shell: plainSearch,
  drawer: ["put", "note", "hello", "--output", "jsonl"],
};

export function mutants(tool: GoodTool, rows: readonly Row[]): Mutant[] {
  const { language } = goodTools[tool];
  return rows.map(([id, rule, breaks, search, replace, argv = usualArgv[tool]]) => {
    return { id: `${language}/${id}`, tool, language, rule, breaks, search, replace, argv };
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
