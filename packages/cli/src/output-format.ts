import type { CommandRequest, Format } from "@aomori/command";

/** The format a command's answer will be shown in. */
export function formatOf({ flags, context }: Pick<CommandRequest, "flags" | "context">): Format {
  return flags.format ?? (context.stdout.isTty ? "table" : "json");
}
