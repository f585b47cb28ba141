import type { Target } from "../target.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What capabilities say of the command that is linted: the one whose name is the longest start of its arguments. */
export function capabilityOf(capabilities: Fields | undefined, target: Target): Fields | undefined {
  const commands = capabilities?.["commands"];
  if (!Array.isArray(commands)) return undefined;
  const all: readonly unknown[] = commands;
  const words = target.argv.slice(target.tool.length);
  const named = all
    .filter(isFields)
    .filter(({ name }) => typeof name === "string" && startsWith(words, name.split(" ")))
    .sort((a, b) => String(b["name"]).length - String(a["name"]).length);
  const only = all.length === 1 ? all[0] : undefined;
  return named[0] ?? (isFields(only) ? only : undefined);
}

function startsWith(words: readonly string[], name: readonly string[]): boolean {
  return name.every((word, index) => words[index] === word);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
