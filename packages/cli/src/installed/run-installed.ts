import type { CommandModule } from "@aomori/command";
import { processContext, runCommand } from "@aomori/command";
import { identity } from "../identity.ts";

/** Runs the one command of a bundle. */
export function runInstalled(module: CommandModule, argv: readonly string[]): Promise<number> {
  return runCommand({ ...module, argv, context: processContext(process, identity) });
}
