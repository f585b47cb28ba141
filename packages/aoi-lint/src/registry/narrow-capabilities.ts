import { UserError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";

type Capabilities = Readonly<Record<string, unknown>>;

/** The names of the commands a capabilities document lists. */
export function commandNames({ commands }: Capabilities): readonly string[] {
  if (!Array.isArray(commands)) return [];
  return commands.flatMap((command: unknown) => nameOf(command) ?? []);
}

/** The document with those of its commands alone; what it says of the tool as a whole stays. */
export function withCommands(capabilities: Capabilities, names: readonly string[]): Capabilities {
  const { commands } = capabilities;
  if (!Array.isArray(commands)) return capabilities;
  const kept = commands.filter((command: unknown) => names.includes(nameOf(command) ?? ""));
  return { ...capabilities, commands: kept };
}

/**
 * The document with the one command that a command line runs: the longest name whose words stand in it one after
 * another. Throws COMMAND_NOT_DECLARED (validation).
 */
export function ofCommand(capabilities: Capabilities, command: readonly string[]): Capabilities {
  const line = ` ${command.slice(1).join(" ")} `;
  const [longest] = commandNames(capabilities)
    .filter((name) => line.includes(` ${name} `))
    .toSorted((a, b) => b.length - a.length);
  if (longest !== undefined) return withCommands(capabilities, [longest]);
  throw new UserError(
    "validation",
    "COMMAND_NOT_DECLARED",
    `the capabilities of ${command[0]} list no command of "${line.trim()}"; leave --command-only out`,
  );
}

function nameOf(command: unknown): string | undefined {
  return isRecord(command) && typeof command["name"] === "string" ? command["name"] : undefined;
}
