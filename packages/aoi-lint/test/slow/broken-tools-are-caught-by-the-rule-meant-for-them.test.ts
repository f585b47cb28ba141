import { expect, test } from "vitest";
import { everyMutant } from "../mutants/every-mutant.ts";
import { tryMutants } from "../mutants/try-mutants.ts";

test("at least 95 of 100 broken tools are caught", async () => {
  const trials = await tryMutants(everyMutant);
  const away = trials.filter(({ isCaught }) => !isCaught);
  const told = away.map(({ mutant, verdict }) => `${mutant.id} (${mutant.rule}): ${verdict}`);
  expect(trials.length).toBe(everyMutant.length);
  expect(told.length / trials.length, told.join("\n")).toBeLessThanOrEqual(0.05);
});
