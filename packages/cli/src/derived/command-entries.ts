import type { CommandEntry } from "@aomori/command";
import { commandSpecs } from "./command-specs.ts";

/** Names and summaries; a build evaluates this file and puts the result in its place. */
export const commandEntries: readonly CommandEntry[] = commandSpecs.map(({ name, summary }) => ({
  name,
  summary,
}));
