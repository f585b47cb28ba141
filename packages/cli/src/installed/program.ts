import type { CommandModule, CommandSpec } from "@aomori/command";
import { processContext, runProgram } from "@aomori/command";
import { commandEntries } from "../derived/command-entries.ts";
import { identity } from "../identity.ts";

/** The installed program where one command's bundle is not enough: help, discovery, completion, unknown words. */
export function main(argv: readonly string[]): Promise<number> {
  const program = {
    commands: commandEntries,
    load: async (name: string) =>
      load<CommandModule>(`./commands/${name.replaceAll(" ", "-")}.cjs`),
    loadSpecs: async () =>
      load<{ readonly commandSpecs: readonly CommandSpec[] }>("./specs.cjs").commandSpecs,
  };
  return runProgram(program, argv, processContext(process, identity));
}

function load<Bundle>(file: string): Bundle {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-require-imports -- a bundle of the same build, chosen at run time
  return require(file) as Bundle;
}
