import type { MeasuredFigure } from "./figure.ts";

export interface BenchmarkOptions {
  /** Small sizes and few rounds: to see that it runs, not to publish. */
  readonly quick: boolean;
  /** Says on stderr what is going on. */
  readonly tell: (line: string) => void;
}

export interface Benchmark {
  /** Of the figures it gives. */
  readonly ids: readonly string[];
  /** Why it cannot be run here and now; `undefined` when it can. */
  readonly missing?: () => string | undefined;
  run(options: BenchmarkOptions): Promise<MeasuredFigure[]>;
}
