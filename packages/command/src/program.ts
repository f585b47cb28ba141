import { UserError, didYouMean } from "@aomori/protocol";
import { builtinSpecs, doctorSpec } from "./builtin-specs.ts";
import type { CommandModule } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import type { DoctorCheck } from "./doctor.ts";
import type { UnknownWords } from "./resolve-command.ts";

/** A program as its entry file knows it: names and summaries at hand, everything else loaded when asked for. */
export interface Program {
  readonly commands: readonly CommandEntry[];
  /** Loads the one command that runs. */
  readonly load: (name: string) => Promise<CommandModule>;
  /** Loads every spec, schemas included: for discovery and completion. */
  readonly loadSpecs: () => Promise<readonly CommandSpec[]>;
  /** What its built-in `doctor` checks; without it there is none. */
  readonly loadChecks?: () => Promise<readonly DoctorCheck[]>;
  /** Commands that are found only when they are asked for. */
  readonly external?: ExternalCommands;
}

/** What others add to a program: asked for every word that is no command of its own, which therefore always comes first. */
export interface ExternalCommands {
  /** Runs what the words name and resolves with the exit status; undefined when they name nothing. */
  readonly run: (words: UnknownWords, context: CommandContext) => Promise<number | undefined>;
  /** Whole names, for a hint at a mistyped one. */
  readonly names: (context: CommandContext) => Promise<readonly string[]>;
  readonly completion?: ExternalCompletion;
}

/** How a shell finds the names of others' commands while somebody types: it does not start this program for it. */
export interface ExternalCompletion {
  /** A script for /bin/sh that prints one name a line, quickly, and nothing where there are none. */
  readonly script: string;
  /** Paths of words behind which a name may stand in the place of a command; `""` is the top. */
  readonly places: readonly string[];
}

/** Every command of a program, the built-in ones last. */
export function entriesOf(program: Program): CommandEntry[] {
  return [...program.commands, ...builtinsOf(program)];
}

/** Every command's spec, schemas included. */
export async function specsOf(program: Program): Promise<CommandSpec[]> {
  return [...(await program.loadSpecs()), ...builtinsOf(program)];
}

/** Loads a command by its whole name; throws `UNKNOWN_COMMAND` (usage). */
export async function loadCommand(program: Program, name: string): Promise<CommandModule> {
  const builtin = builtinsOf(program).find((spec) => spec.name === name);
  if (builtin !== undefined) {
    const { builtinHandler } = await import("./builtin-commands.ts");
    return { spec: builtin, handler: await builtinHandler(name, program) };
  }
  const names = program.commands.map((entry) => entry.name);
  if (names.includes(name)) return await program.load(name);
  const hint = didYouMean(name, names);
  throw new UserError("usage", "UNKNOWN_COMMAND", `unknown command "${name}".${hint}`);
}

function builtinsOf(program: Program): CommandSpec[] {
  const own = program.commands.map((entry) => entry.name);
  const all = program.loadChecks === undefined ? builtinSpecs : [doctorSpec, ...builtinSpecs];
  return all.filter((spec) => !own.includes(spec.name));
}
