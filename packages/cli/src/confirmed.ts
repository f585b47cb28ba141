import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";

/**
 * Lets a destructive use of a command pass that has other uses too: `--yes`, or a yes on the terminal.
 * Throws `CONFIRMATION_REQUIRED` (usage) or `NOT_CONFIRMED` (cancelled).
 */
export async function confirmed(request: CommandRequest, what: string): Promise<void> {
  const { flags, context, signal } = request;
  if (flags.yes) return;
  const canAsk = context.stdin.isTty && context.stderr.isTty && flags.format !== "jsonl";
  if (!canAsk) {
    throw new UserError(
      "usage",
      "CONFIRMATION_REQUIRED",
      `this would ${what} and nobody can be asked here; add --yes, or --dry-run to see what it would do`,
    );
  }
  const answer = await context.stdin.ask(`${what}? [y/N] `, { signal });
  if (/^(?:y|yes)$/i.test(answer.trim())) return;
  throw new UserError("cancelled", "NOT_CONFIRMED", "not confirmed; nothing was done");
}
