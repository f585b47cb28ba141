import type { CommandSpec } from "@aomori/command";
import { localCommands } from "./local-commands.ts";
import { operationCommands } from "./operation-commands.ts";

/** Nouns in the order people meet them. */
const nouns = ["demo", "spec", "ticket", "task", "agent", "dag", "events", "project", "server"];

/** Every command of the program, grouped by noun. Loads every schema: a build runs it ahead. */
export function buildCatalog(): CommandSpec[] {
  const specs = [...operationCommands(), ...localCommands];
  const place = ({ name }: CommandSpec): number => {
    const index = nouns.indexOf(name.split(" ")[0] ?? "");
    return index === -1 ? nouns.length : index;
  };
  return specs.toSorted((a, b) => place(a) - place(b));
}
