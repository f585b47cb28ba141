/** Tries every mutant and writes docs/lint-mutants.md; takes a few minutes. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { everyMutant } from "../test/mutants/every-mutant.ts";
import { renderReport } from "../test/mutants/mutant-report.ts";
import { tryMutants } from "../test/mutants/try-mutants.ts";

const trials = await tryMutants(everyMutant);
for (const { mutant, isCaught, verdict } of trials) {
  if (!isCaught) console.log(`${mutant.id} got away from ${mutant.rule}: ${verdict}`);
}
await writeFile(
  resolve(import.meta.dirname, "../../../docs/lint-mutants.md"),
  renderReport(trials),
);
console.log(`docs/lint-mutants.md: ${trials.length} variants`);
