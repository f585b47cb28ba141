import { errorBody, isCodedError, sanitizeForTerminal } from "@aomori/protocol";
import type { CommandContext } from "./context.ts";
import type { GlobalFlags } from "./global-flags.ts";
import type { Paint } from "./paint.ts";
import { paintFor } from "./paint.ts";
import { truncate } from "./text-width.ts";

/** What a command tells a person while it runs; all of it goes to stderr. */
export interface Prose {
  readonly paint: Paint;
  /** Told unless `--quiet`. */
  note(text: string): void;
  warning(text: string): void;
  /** Told with `--verbose` only. */
  debug(text: string): void;
  /** One line that the next replaces, on a terminal, once the command has run for a second. */
  progress(text: string): void;
  error(error: unknown): void;
  /** Takes the progress line away; before anything else is printed. */
  clear(): void;
}

const progressAfterMs = 1000;

export function createProse(
  context: CommandContext,
  flags: Pick<GlobalFlags, "quiet" | "verbose" | "color">,
): Prose {
  const { stderr, redactor } = context;
  const paint = paintFor(context.env, stderr.isTty, flags.color);
  const startedAtMs = performance.now();
  let progressShown = false;
  const clear = (): void => {
    if (progressShown) void stderr.output.write("\r\u001b[2K");
    progressShown = false;
  };
  const line = (label: string, text: string): void => {
    clear();
    const shown = sanitizeForTerminal(redactor.text(text));
    void stderr.output.write(`${label}${shown}\n`);
  };
  return {
    paint,
    clear,
    note: (text) => {
      if (!flags.quiet) line("", text);
    },
    warning: (text) => {
      if (!flags.quiet) line(paint.yellow("warning: "), text);
    },
    debug: (text) => {
      if (flags.verbose) line(paint.dim("debug: "), text);
    },
    progress: (text) => {
      const isEarly = performance.now() - startedAtMs < progressAfterMs;
      if (flags.quiet || !stderr.isTty || isEarly) return;
      const shown = sanitizeForTerminal(redactor.text(text), { singleLine: true });
      clear();
      void stderr.output.write(paint.dim(truncate(shown, (stderr.columns() ?? 80) - 1)));
      progressShown = true;
    },
    error: (error) => {
      const { message, code } = errorBody(error);
      line(paint.red("error: "), `${message} (${code})`);
      const isBug = error instanceof Error && !isCodedError(error);
      if (isBug && flags.verbose) line("", error.stack ?? "");
    },
  };
}
