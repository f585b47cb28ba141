import { UserError } from "@aomori/protocol";

import { commandsNeverGranted } from "../../manifest/commands-never-granted.ts";

/** A command of the host: its words (`task show`), and whether it changes nothing. */
export interface CoreCommand {
  readonly name: string;
  readonly readOnly: boolean;
}

export interface CommandRules {
  readonly coreCommands: readonly CoreCommand[];
  /** Of the plugin's record: `task show`, `task *`, or the name of another plugin; absent where it declares none. */
  readonly declared: readonly string[] | undefined;
}

/** Why a plugin may not run these words; undefined when it may. They begin with the command, never with a flag. */
export function refusalOf(words: readonly string[], rules: CommandRules): UserError | undefined {
  const [first] = words;
  if (first === undefined) return refused(words, "it is empty");
  if (commandsNeverGranted.includes(first.toLowerCase())) {
    return refused(words, `no plugin may run ${first}`);
  }
  const command = commandIn(words, rules.coreCommands);
  if (rules.declared === undefined) {
    if (command?.readOnly === true) return undefined;
    return refused(
      words,
      command === undefined
        ? "it is no command of the host"
        : `${command.name} changes something, and the plugin's manifest declares no commands`,
    );
  }
  // A word that is no core command may be a plugin; it is only run where the manifest names it.
  const name = command?.name ?? first;
  if (rules.declared.some((pattern) => covers(pattern, name))) return undefined;
  return refused(words, `the plugin's manifest does not declare ${name}`);
}

function refused(words: readonly string[], reason: string): UserError {
  return new UserError(
    "authz",
    "COMMAND_NOT_ALLOWED",
    `the command ${JSON.stringify(words.join(" ").slice(0, 200))} was not run: ${reason}`,
  );
}

/** The longest command whose words the given ones begin with. */
function commandIn(
  words: readonly string[],
  commands: readonly CoreCommand[],
): CoreCommand | undefined {
  let found: CoreCommand | undefined;
  for (const command of commands) {
    const isLonger = found === undefined || command.name.length > found.name.length;
    if (isLonger && command.name.split(" ").every((word, index) => words[index] === word)) {
      found = command;
    }
  }
  return found;
}

/** `task *` is everything that begins with the word before the star; a star alone is nothing. */
function covers(pattern: string, name: string): boolean {
  if (!pattern.endsWith(" *")) return pattern === name;
  return name.startsWith(pattern.slice(0, -1));
}
