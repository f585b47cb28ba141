import type { Language, Mutant } from "./mutant.ts";

export interface Outcome {
  readonly mutant: Mutant;
  readonly isCaught: boolean;
}

const titles: Readonly<Record<Language, string>> = {
  python: "Python",
  typescript: "TypeScript",
  shell: "Shell",
};

/** The page that shows every mutant with its rule, and which of them got away. */
export function renderReport(outcomes: readonly Outcome[]): string {
  const caught = outcomes.filter(({ isCaught }) => isCaught).length;
  const rules = new Set(outcomes.map(({ mutant }) => mutant.rule)).size;
  const share = ((caught / outcomes.length) * 100).toFixed(1);
  const sections = Object.entries(titles).flatMap(([language, title]) => {
    const own = outcomes.filter(({ mutant }) => mutant.language === language);
    return [
      `## ${title}`,
      "",
      "| rule | variant | what it does wrong | |",
      "| --- | --- | --- | --- |",
    ]
      .concat(own.toSorted(byRule).map(row))
      .concat("");
  });
  return [
    "# Broken tools the linter must find",
    "",
    "A good tool is edited in one place, so that it breaks one rule, and aoi-lint runs with that rule alone: a variant it does not find got away. The good tools",
    "themselves are in [examples/hello-aoi](../examples/hello-aoi) and have no finding under any rule. The edits are in",
    "`packages/aoi-lint/test/mutants`; this page is written by `packages/aoi-lint/tools/write-lint-mutants.ts`.",
    "",
    `**${caught} of ${outcomes.length} caught by the rule meant for them (${share} %), over ${rules} rules.**`,
    "",
    ...sections,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function byRule(a: Outcome, b: Outcome): number {
  return a.mutant.rule === b.mutant.rule ? 0 : a.mutant.rule < b.mutant.rule ? -1 : 1;
}

function row({ mutant, isCaught }: Outcome): string {
  const name = mutant.id.slice(mutant.id.indexOf("/") + 1);
  return `| ${mutant.rule} | ${name} | ${mutant.breaks} | ${isCaught ? "caught" : "**missed**"} |`;
}

/** Ids of the variants a page says got away. */
export function missedIn(report: string): Set<string> {
  const missed = new Set<string>();
  let language = "";
  for (const line of report.split("\n")) {
    const title = /^## (?<title>\w+)$/.exec(line)?.groups?.["title"];
    if (title !== undefined) language = title.toLowerCase();
    const name = /^\| [A-Z0-9-]+ \| (?<name>[\w-]+) \|.*\*\*missed\*\* \|$/.exec(line)?.groups?.[
      "name"
    ];
    if (name !== undefined) missed.add(`${language}/${name}`);
  }
  return missed;
}
