import type { CommandContext } from "@aomori/command";

const variables = {
  anthropic: "ANTHROPIC_API_KEY",
  openai: "OPENAI_API_KEY",
  openrouter: "OPENROUTER_API_KEY",
} as const;

/**
 * The model keys in the environment of this command, which travel with its request: the server does not
 * take them from the shell that happened to start it. Undefined when there are none.
 */
export function providerKeys(context: CommandContext): Record<string, string> | undefined {
  const keys: Record<string, string> = {};
  for (const [provider, variable] of Object.entries(variables)) {
    const key = context.env[variable]?.trim();
    if (key === undefined || key === "") continue;
    context.redactor.add(key);
    keys[provider] = key;
  }
  return Object.keys(keys).length === 0 ? undefined : keys;
}
