import * as z from "zod";

/** One measured figure as `results.json` holds it. */
export const Figure = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  ours: z.number(),
  /** The least that the machine needs for the same work. */
  floor: z.number().optional(),
  /** Another program that does the same work. */
  peer: z.number().optional(),
  /** `ours` by `floor` or `peer`. */
  ratio: z.number().optional(),
  /** In words; `none` where a figure is only told. */
  target: z.string().min(1),
  met: z.boolean(),
  unit: z.string().min(1),
  /** What was measured against what, in one sentence or two. */
  about: z.string().min(1),
  /** Times each side was measured. */
  runs: z.int().positive(),
  /** Least and most of those times. */
  spread: z.strictObject({
    ours: z.tuple([z.number(), z.number()]),
    against: z.tuple([z.number(), z.number()]).optional(),
  }),
  machine: z.string().min(1),
  /** ISO-8601, a day. */
  date: z.iso.date(),
  versions: z.record(z.string(), z.string()),
});
export type Figure = z.output<typeof Figure>;

/** The figures as a benchmark hands them over, before it is said where and when they were taken. */
export type MeasuredFigure = Omit<Figure, "machine" | "date" | "versions">;

export const Results = z.array(Figure).min(1);

/** `ratio_…` judges ours by the floor, `most` and `least` ours itself. */
type Target =
  | {
      readonly kind: "ratio_at_most" | "ratio_at_least" | "most" | "least";
      readonly value: number;
    }
  | { readonly kind: "none" };

export interface Measured {
  readonly id: string;
  readonly unit: string;
  readonly about: string;
  readonly target: Target;
  /** What one number stands for the samples; the median where absent. */
  readonly ours: readonly number[];
  readonly floor?: readonly number[];
  readonly peer?: readonly number[];
}

/** Makes a figure of samples: medians, their ratio, and whether the target is met. */
export function figure(measured: Measured): MeasuredFigure {
  const { id, unit, about, target, floor, peer } = measured;
  const ours = median(measured.ours);
  const samples = floor ?? peer;
  const against = samples === undefined ? undefined : median(samples);
  const ratio = against === undefined || against === 0 ? undefined : rounded(ours / against);
  return {
    id,
    ours: rounded(ours),
    ...(floor === undefined ? {} : { floor: rounded(median(floor)) }),
    ...(peer === undefined ? {} : { peer: rounded(median(peer)) }),
    ...(ratio === undefined ? {} : { ratio }),
    target: targetText(target, unit),
    met: isMet(target, rounded(ours), ratio),
    unit,
    about,
    runs: measured.ours.length,
    spread: {
      ours: spreadOf(measured.ours),
      ...(samples === undefined ? {} : { against: spreadOf(samples) }),
    },
  };
}

function targetText(target: Target, unit: string): string {
  switch (target.kind) {
    case "ratio_at_most":
      return `ratio ≤ ${target.value}`;
    case "ratio_at_least":
      return `ratio ≥ ${target.value}`;
    case "most":
      return `≤ ${target.value} ${unit}`;
    case "least":
      return `≥ ${target.value} ${unit}`;
    case "none":
      return "none";
  }
}

function isMet(target: Target, ours: number, ratio: number | undefined): boolean {
  if (target.kind === "none") return true;
  if (target.kind === "most") return ours <= target.value;
  if (target.kind === "least") return ours >= target.value;
  if (ratio === undefined) throw new Error("a target on a ratio needs a floor or a peer");
  return target.kind === "ratio_at_most" ? ratio <= target.value : ratio >= target.value;
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  if (low === undefined || high === undefined) throw new Error("there is no median of no samples");
  return (low + high) / 2;
}

/** The least sample that at least `fraction` of all do not exceed (nearest rank). */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
  if (found === undefined) throw new Error("there is no percentile of no samples");
  return found;
}

const spreadOf = (samples: readonly number[]): [number, number] => [
  rounded(Math.min(...samples)),
  rounded(Math.max(...samples)),
];

/** Four digits say more than any of these measurements knows. */
const rounded = (value: number): number => Number(value.toPrecision(4));
