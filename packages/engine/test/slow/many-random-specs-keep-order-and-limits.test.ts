import { expect, test } from "vitest";
import { Bench } from "../bench/open-bench.ts";
import { holdRandomSpecs, tightLimits } from "../bench/random-specs.ts";

test("many random specs start no task early, pass no limit, always end, and their events tell it all", async () => {
  await using bench = await Bench.open({ limits: tightLimits });
  await holdRandomSpecs(bench, 60);
  expect(bench.problems).toEqual([]);
});
