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
    const source = await goodSource(mutant.language);
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

/** What no tool here has: a server that says wait, a destroyer, a plan to apply, idempotency keys, a warning about an argument. */
const withoutMutant = ["ERR-004", "SAFE-002", "SAFE-003", "IDEM-001", "IDEM-002", "RED-003"];

test("every rule has one, but those the good tools have nothing to break for", () => {
  const tried = new Set(everyMutant.map(({ rule }) => rule));
  const untried = rules.map(({ id }) => id).filter((id) => !tried.has(id));
  expect(untried.toSorted()).toEqual(withoutMutant.toSorted());
  const known = rules.map(({ id }) => id);
  expect([...tried].filter((rule) => !known.includes(rule))).toEqual([]);
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
