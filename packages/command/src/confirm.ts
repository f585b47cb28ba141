import { UserError } from "@aomori/protocol";
import type { CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { Format, GlobalFlags } from "./global-flags.ts";

/**
 * Lets a destructive command pass: `--yes`, a dry run, or a yes on the terminal. A stream never asks.
 * Throws `CONFIRMATION_REQUIRED` (usage) or `NOT_CONFIRMED` (cancelled).
 */
export async function confirmEffects(
  spec: CommandSpec,
  flags: GlobalFlags,
  format: Format,
  context: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  if (spec.effects.destructive !== true || flags.yes || flags.dryRun) return;
  const { stdin, stderr, program } = context;
  const command = `${program.name} ${spec.name}`;
  const what = spec.summary.charAt(0).toLowerCase() + spec.summary.slice(1);
  if (format === "jsonl" || !stdin.isTty || !stderr.isTty) {
    const preview = spec.effects.dryRun === true ? ", or --dry-run to see what it would do" : "";
    throw new UserError(
      "usage",
      "CONFIRMATION_REQUIRED",
      `"${command}" would ${what} and nobody can be asked here; add --yes${preview}`,
    );
  }
  const answer = await stdin.ask(`${command}: ${what}? [y/N] `, { signal });
  if (/^(?:y|yes)$/i.test(answer.trim())) return;
  throw new UserError(
    "cancelled",
    "NOT_CONFIRMED",
    `"${command}" was not confirmed; nothing was done`,
  );
}
