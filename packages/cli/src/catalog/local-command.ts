import type { CommandSpec, FlagSpec } from "@aomori/command";

const base = {
  positionals: [],
  flags: [],
  examples: [],
  effects: { readOnly: true },
  result: "resource",
  errors: [],
} as const;

/** A command that only reads and answers with one resource, but for what `more` says. */
export function command(
  name: string,
  summary: string,
  more: Partial<CommandSpec> & Pick<CommandSpec, "eventType">,
): CommandSpec {
  return { ...base, name, summary, ...more };
}

/** A flag that takes a text. */
export function text(name: string, valueName: string, description: string): FlagSpec {
  return { name, field: name.replaceAll("-", "_"), type: "string", valueName, description };
}

/** A flag that takes nothing. */
export function yesNo(name: string, description: string, short?: string): FlagSpec {
  const letter = short === undefined ? {} : { short };
  return { name, field: name.replaceAll("-", "_"), type: "boolean", description, ...letter };
}
