import type { FileChange } from "./file-changes.ts";
import type { RunSpec } from "./run-spec.ts";
import type { Stream } from "./stream.ts";

export type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  /** A recorded stream without its exit status. */
  | { readonly kind: "unknown" };

/** When a planned signal was sent, and how far the stream had come. */
export interface SentSignal {
  readonly signal: string;
  readonly atMs: number;
  /** Bytes the reader had taken. */
  readonly bytesBefore: number;
}

/** Everything that could be seen of one run. */
export interface Observation {
  readonly spec: RunSpec;
  /** A shell command that shows it again. */
  readonly reproduce: string;
  readonly stream: Stream;
  /** The head of standard output as text. */
  readonly head: string;
  /** The head of standard error. */
  readonly stderr: string;
  readonly stderrBytes: number;
  readonly ending: Ending;
  /** We ended it: its time was up. */
  readonly timedOut: boolean;
  /** When its time was up it slept: it waited for something, rather than for a processor. */
  readonly idleAtDeadline: boolean;
  readonly durationMs: number;
  /** Undefined when no whole line came. */
  readonly firstLineMs: number | undefined;
  readonly sent: readonly SentSignal[];
  /** With a narrow or closed pipe: the tool was seen waiting for its reader. */
  readonly wasBlocked: boolean;
  /** When the reader went away. */
  readonly closedAtMs: number | undefined;
  /** Processes of the tool's session that lived on, as command lines. */
  readonly survivors: readonly string[];
  /** Undefined when not asked for, or when too much to look at. */
  readonly changes: readonly FileChange[] | undefined;
  readonly peakMemoryBytes: number | undefined;
}

/** `exit 0`, `SIGKILL`: an ending in two words. */
export function endingText(observation: Observation): string {
  const { ending } = observation;
  if (observation.timedOut) return "no end within its time";
  if (ending.kind === "unknown") return "an unknown exit status";
  return ending.kind === "exited" ? `exit ${ending.code}` : ending.signal;
}

/** The status a shell would show: 128 and the number for a signal; undefined when nobody knows. */
export function exitStatus({ ending }: Observation): number | undefined {
  if (ending.kind === "unknown") return undefined;
  if (ending.kind === "exited") return ending.code;
  return 128 + (signalNumbers[ending.signal] ?? 0);
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};
