import { UserError } from "@aomori/protocol";
import type { SandboxChoice } from "@aomori/plugins/dispatch";

const choices: readonly SandboxChoice[] = ["auto", "none", "require"];

/** Throws `CONFIG_VALUE_INVALID` for another word. */
export function sandboxChoice(word: string, where: string): SandboxChoice {
  const choice = choices.find((known) => known === word);
  if (choice !== undefined) return choice;
  const message = `${where} is ${JSON.stringify(word)}; it is one of ${choices.join(", ")}`;
  throw new UserError("config", "CONFIG_VALUE_INVALID", message);
}
