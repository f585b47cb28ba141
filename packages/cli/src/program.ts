import type { CommandHandler, CommandModule, Program } from "@aomori/command";
import { withoutSchema } from "@aomori/command";
import type { OperationId } from "@aomori/contract";
import { operations } from "@aomori/contract";
import { TerminalError } from "@aomori/protocol";
import { remoteHandler } from "./connection/remote-handler.ts";
import { commandEntries } from "./derived/command-entries.ts";
import { commandSpecs } from "./derived/command-specs.ts";
import { handlerModules } from "./load-handler.ts";
import { externalPlugins } from "./plugins/external-plugins.ts";

/** The program as its sources run it; an installed one has each command in a bundle of its own. */
export const program: Program = {
  commands: commandEntries,
  load: loadCommand,
  loadSpecs: async () => commandSpecs,
  external: externalPlugins(() => loadCommand("plugins run")),
};

async function loadCommand(name: string): Promise<CommandModule> {
  const spec = commandSpecs.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new TypeError(`no command ${name}`);
  return { spec: withoutSchema(spec), handler: await handlerOf(name, spec.operation) };
}

async function handlerOf(name: string, operation: string | undefined): Promise<CommandHandler> {
  const own = Object.hasOwn(handlerModules, name) ? handlerModules[name] : undefined;
  if (own !== undefined) return (await own()).handler;
  if (operation !== undefined && isOperation(operation)) return remoteHandler(operation);
  throw new TerminalError("internal", "COMMAND_WITHOUT_HANDLER", `command ${name} has no handler`);
}

function isOperation(id: string): id is OperationId {
  return Object.hasOwn(operations, id);
}
