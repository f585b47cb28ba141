/** How the tool's standard output is taken. */
export type StdoutMode =
  /** A kernel pipe, read as fast as it comes. */
  | { readonly kind: "pipe" }
  /** A pipe whose reader goes away: after so many lines, 0 before the tool has started. */
  | { readonly kind: "closed"; readonly afterLines: number }
  /** A pipe with room for so many bytes; nothing is read until the tool waits for it or has ended. */
  | { readonly kind: "narrow"; readonly roomBytes: number; readonly onceQuiet: "read" | "close" }
  /** A reader that pauses after each chunk. */
  | { readonly kind: "slow"; readonly pauseMs: number; readonly forMs: number }
  | { readonly kind: "file" }
  /** A pseudo-terminal, made by `script` of util-linux; standard input is that terminal too. */
  | { readonly kind: "terminal" };

export type StdinMode =
  | { readonly kind: "null" }
  | { readonly kind: "closed" }
  /** Open, and nobody writes. */
  | { readonly kind: "silent" }
  | { readonly kind: "text"; readonly text: string | Uint8Array }
  /** The first half; the rest once a result has come, or after so long without one. */
  | {
      readonly kind: "drip";
      readonly halves: readonly [string, string];
      readonly patienceMs: number;
    }
  /** Written as fast as the tool takes them. */
  | { readonly kind: "generated"; readonly chunks: () => Iterable<Uint8Array> };

export type LintSignal = "SIGINT" | "SIGTERM" | "SIGKILL";

/** Signals to the tool, one after another. */
export interface SignalPlan {
  /** Its process group, as a terminal does, or its first process alone, as `kill` and most supervisors do; group when absent. */
  readonly to?: "group" | "leader";
  readonly signals: readonly LintSignal[];
  /** Sent when this many lines have come; with a narrow pipe, when the tool waits for its reader. */
  readonly afterLines?: number;
}

/** One run of a tool under given conditions. */
export interface RunSpec {
  /** A few words: `the reader closes at once`. */
  readonly label: string;
  readonly argv: readonly string[];
  /** What rules must know of the run beside its label: `{category: "not_found"}`. */
  readonly about?: Readonly<Record<string, string>>;
  readonly stdout?: StdoutMode;
  readonly stdin?: StdinMode;
  /** On top of the scrubbed environment; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written into the working folder, or below `~/` into the home, before the run. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: SignalPlan;
  /** From start to TERM; KILL follows. */
  readonly deadlineMs: number;
  /** Runs in a network namespace without any interface. */
  readonly withoutNetwork?: boolean;
  /** Tells what changed in the sandbox. */
  readonly watchFiles?: boolean;
  /** How much of the head of standard output is kept as text; 64 KiB when absent. */
  readonly keepBytes?: number;
  /** Expected time until the tool has done its work; a narrow pipe is not looked at earlier. */
  readonly settleMs?: number;
}
