import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Results, figure, percentile } from "../src/figure.ts";
import { resultsPage } from "../src/results-page.ts";

const resultsUrl = new URL("../results.json", import.meta.url);
const pageUrl = new URL("../RESULTS.md", import.meta.url);

describe("the results file", () => {
  it.skipIf(!existsSync(resultsUrl))(
    "holds figures, each once, and the page is made of them",
    () => {
      const figures = Results.parse(JSON.parse(readFileSync(resultsUrl, "utf8")));
      expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
      expect(readFileSync(pageUrl, "utf8")).toBe(resultsPage(figures));
    },
  );
});

describe("a figure", () => {
  const measured = {
    id: "one",
    unit: "ms",
    about: "One thing.",
    ours: [3, 1, 2],
    floor: [2, 2, 2],
  };

  it("is the medians, their ratio, and whether the target is met", () => {
    const met = figure({ ...measured, target: { kind: "ratio_at_most", value: 1 } });
    expect(met).toMatchObject({
      ours: 2,
      floor: 2,
      ratio: 1,
      target: "ratio ≤ 1",
      met: true,
      runs: 3,
    });
    expect(figure({ ...measured, target: { kind: "ratio_at_least", value: 1.1 } }).met).toBe(false);
    expect(figure({ ...measured, target: { kind: "most", value: 1.9 } }).met).toBe(false);
    expect(figure({ ...measured, target: { kind: "least", value: 2.1 } })).toMatchObject({
      target: "≥ 2.1 ms",
      met: false,
    });
  });

  it("refuses a target on a ratio that has no other side", () => {
    const { floor: _, ...alone } = measured;
    expect(() => figure({ ...alone, target: { kind: "ratio_at_most", value: 1 } })).toThrow(
      /floor/,
    );
  });

  it("takes the nearest rank for a percentile", () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(samples, 0.95)).toBe(95);
    expect(percentile([7], 0.95)).toBe(7);
  });
});
