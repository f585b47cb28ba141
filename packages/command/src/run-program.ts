import { UserError } from "@aomori/protocol";
import { builtinSpecs } from "./builtin-specs.ts";
import type { CommandHandler, CommandModule } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import { formatIn } from "./parse-arguments.ts";
import { resolveCommand } from "./resolve-command.ts";
import { failRun, runCommand } from "./run-command.ts";
import { defaultFormat } from "./run-presented.ts";

/** A program as its entry file knows it: names and summaries at hand, everything else loaded when asked for. */
export interface Program {
  readonly commands: readonly CommandEntry[];
  /** Loads the one command that runs. */
  readonly load: (name: string) => Promise<CommandModule>;
  /** Loads every spec, schemas included: for discovery and completion. */
  readonly loadSpecs: () => Promise<readonly CommandSpec[]>;
}

/**
 * Runs the command `argv` names; resolves with the exit status, never rejects. The entry file ends the
 * process with it: `process.exit(await runProgram(program, argv, processContext(process, identity)))`.
 */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const own = program.commands.map((entry) => entry.name);
  const builtins = builtinSpecs.filter((spec) => !own.includes(spec.name));
  const entries = [...program.commands, ...builtins];
  try {
    const isHelp = argv[0] === "help";
    const words = isHelp ? argv.slice(1) : argv;
    const resolution = resolveCommand(entries, words);
    if (resolution.kind === "group") {
      return await runGroup(resolution.path, entries, resolution.argv, isHelp, context);
    }
    const builtin = builtins.find((spec) => spec.name === resolution.name);
    const { spec, handler } =
      builtin === undefined
        ? await program.load(resolution.name)
        : { spec: builtin, handler: await loadBuiltin(builtin.name, program) };
    const rest = isHelp ? ["--help", ...resolution.argv] : resolution.argv;
    return await runCommand({ spec, handler, argv: rest, context, entries });
  } catch (error) {
    return await failRun(error, argv, context);
  }
}

async function loadBuiltin(name: string, program: Program): Promise<CommandHandler> {
  const { builtinHandler } = await import("./builtin-commands.ts");
  return builtinHandler(name, program.loadSpecs);
}

/** A noun alone: help when asked for it, or on a terminal; a missing command otherwise. */
async function runGroup(
  path: string,
  entries: readonly CommandEntry[],
  argv: readonly string[],
  isHelp: boolean,
  context: CommandContext,
): Promise<number> {
  const { program } = context;
  const { groupHelp, versionText } = await import("./help.ts");
  const spec: CommandSpec = {
    name: path === "" ? "help" : path,
    summary: `Show the commands of ${path === "" ? program.name : path}`,
    positionals: [],
    flags: [],
    examples: [],
    effects: { readOnly: true },
    result: "resource",
    eventType: "text",
    errors: [],
  };
  const asked = isHelp || argv.some((token) => ["--help", "-h", "--version", "-V"].includes(token));
  const isVersion = argv.includes("--version") || argv.includes("-V");
  const text = isVersion ? versionText(program) : groupHelp(path, entries, context);
  const format = formatIn(argv) ?? defaultFormat(context);
  const handler: CommandHandler = {
    run: () => {
      if (!asked && format === "jsonl") throw missingCommand(path, program.name);
      return { text };
    },
    view: { resource: () => text },
    defaultFormat: "table",
  };
  const plain = argv.filter((token) => !["--help", "-h", "--version", "-V"].includes(token));
  return await runCommand({ spec, handler, argv: plain, context });
}

function missingCommand(path: string, name: string): UserError {
  const typed = path === "" ? name : `${name} ${path}`;
  return new UserError(
    "usage",
    "MISSING_COMMAND",
    `"${typed}" needs a command; "${typed} --help" lists them`,
  );
}
