import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../src/rules/table.ts";
import { everyMutant } from "./mutants/every-mutant.ts";
import { applyMutant } from "./mutants/mutant.ts";
import { missedIn, renderReport } from "./mutants/mutant-report.ts";
import { goodSource } from "./mutants/workshop.ts";

test("each edit fits its good tool in exactly one place and changes it", async () => {
  for (const mutant of everyMutant) {
    const source = await goodSource(mutant.tool);
    expect(applyMutant(source, mutant), mutant.id).not.toBe(source);
  }
});

test("there are more than a hundred, in three languages, each with a name of its own", () => {
  const ids = everyMutant.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const language of ["python", "typescript", "shell"]) {
    expect(ids.filter((id) => id.startsWith(language)).length).toBeGreaterThan(50);
  }
});

test("every rule has one", () => {
  const tried = new Set(everyMutant.map(({ rule }) => rule));
  expect([...tried].toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
});

test("docs/lint-mutants.md shows them; packages/aoi-lint/tools/write-lint-mutants.ts writes it", async () => {
  const page = await readFile(
    resolve(import.meta.dirname, "../../../docs/lint-mutants.md"),
    "utf8",
  );
  const missed = missedIn(page);
  const outcomes = everyMutant.map((mutant) => ({ mutant, isCaught: !missed.has(mutant.id) }));
  expect(page).toBe(renderReport(outcomes));
  expect(missed.size / everyMutant.length).toBeLessThanOrEqual(0.05);
});
