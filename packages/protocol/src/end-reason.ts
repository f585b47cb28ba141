import { TerminalError, UserError } from "./errors.ts";
import type { signalExitCodes } from "./exit-codes.ts";
import type { Output } from "./output.ts";

export type EndSignal = keyof typeof signalExitCodes;

/** Why a stream ends without its own summary. */
export type EndReason =
  | { readonly kind: "signal"; readonly signal: EndSignal }
  | { readonly kind: "crash"; readonly error: unknown }
  | { readonly kind: "exit"; readonly exitCode: number }
  | { readonly kind: "abandoned" };

/** What the process hooks need of a stream: any format can be ended honestly. */
export interface EndableStream {
  readonly output: Output;
  /** The terminal summary has been queued. */
  readonly ended: boolean;
  /** What that summary says; undefined before it, and where a format says it otherwise. */
  readonly ok?: boolean | undefined;
  /** Ends the stream now with what went wrong; synchronous, never throws, does nothing on an ended stream. */
  endNow(reason: EndReason): void;
}

/** The error that tells a reader why a stream ended without its own summary. */
export function endError(reason: EndReason): unknown {
  switch (reason.kind) {
    case "signal":
      return new UserError("cancelled", "INTERRUPTED", `stopped by ${reason.signal}`);
    case "crash":
      return reason.error;
    case "exit":
      return new TerminalError(
        "internal",
        "ENDED_EARLY",
        `the process ended with status ${reason.exitCode} before the operation did; this is a bug in the tool`,
      );
    default:
      return new TerminalError(
        "internal",
        "ABANDONED",
        "the stream was closed before its summary; this is a bug in the tool",
      );
  }
}
