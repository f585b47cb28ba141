import type { CommandModule, CommandSpec } from "@aomori/command";
import { failRun, processContext, runProgram } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import { commandEntries } from "../derived/command-entries.ts";
import { identity } from "../identity.ts";
import { externalPlugins } from "../plugins/external-plugins.ts";
import { isTooOld, leastNode } from "./least-node.ts";

interface Bundles {
  readonly module: CommandModule;
  readonly specs: { readonly commandSpecs: readonly CommandSpec[] };
}

/** The installed program where one command's bundle is not enough: help, discovery, completion, unknown words. */
export function main(argv: readonly string[]): Promise<number> {
  const context = processContext(process, identity);
  if (isTooOld()) return failRun(tooOld(), argv, context);
  const program = {
    commands: commandEntries,
    load: async (name: string) => load("module", `./commands/${name.replaceAll(" ", "-")}.cjs`),
    loadSpecs: async () => load("specs", "./specs.cjs").commandSpecs,
    external: externalPlugins(async () => load("module", "./commands/plugins-run.cjs")),
  };
  return runProgram(program, argv, context);
}

function tooOld(): UserError {
  const { execPath, versions } = process;
  return new UserError(
    "config",
    "NODE_TOO_OLD",
    `aomori needs Node ${leastNode} or newer, and ${execPath} is ${versions.node}; install a newer one and put it first on PATH`,
  );
}

function load<Kind extends keyof Bundles>(_kind: Kind, file: string): Bundles[Kind] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-require-imports -- a bundle of the same build, chosen at run time
  return require(file) as Bundles[Kind];
}
