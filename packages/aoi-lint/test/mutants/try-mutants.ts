import { lint } from "../../src/lint.ts";
import { readRecipe } from "../../src/recipe.ts";
import type { Mutant } from "./mutant.ts";
import { applyMutant } from "./mutant.ts";
import type { Outcome } from "./mutant-report.ts";
import { Workshop, goodSource, recipes } from "./workshop.ts";

export interface Trial extends Outcome {
  /** What the linter said, in words. */
  readonly verdict: string;
}

/** Most of a run is waiting: for a pipe to fill, for a signal to work, for time to pass. */
const atOnce = 3;

/** Lints every mutant with the one rule that is there for it, several at once; in the order given. */
export async function tryMutants(mutants: readonly Mutant[]): Promise<Trial[]> {
  await using workshop = await Workshop.open();
  const trials = new Map<Mutant, Trial>();
  const waiting = mutants.values();
  const work = async (): Promise<void> => {
    for (const mutant of waiting) trials.set(mutant, await tryMutant(workshop, mutant));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return mutants.flatMap((mutant) => trials.get(mutant) ?? []);
}

async function tryMutant(workshop: Workshop, mutant: Mutant): Promise<Trial> {
  const { tool, rule, argv } = mutant;
  const path = await workshop.make(tool, applyMutant(await goodSource(tool), mutant));
  const recipe = await readRecipe(recipes[tool]);
  const checks = lint({
    argv: [path, ...argv],
    cwd: workshop.folder,
    environment: process.env,
    rules: [rule],
    // Some variants want a key: it is there, but for the probes that take everything away.
    recipe: { ...recipe, env: { HELLO_TOKEN: "sesame" } },
    allowWrites: true,
    deadlineMs: 8000,
  });
  for await (const { verdict, reason } of checks) {
    const said = reason === undefined ? verdict : `${verdict}: ${reason}`;
    return { mutant, isCaught: verdict === "failed", verdict: said };
  }
  throw new Error(`${mutant.id}: the rule ${rule} gave no verdict`);
}
