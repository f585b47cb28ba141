import { UserError } from "@aomori/protocol";
import { builtinSpecs, doctorSpec } from "./builtin-specs.ts";
import type { CommandModule } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { DoctorCheck } from "./doctor.ts";

/** A program as its entry file knows it: names and summaries at hand, everything else loaded when asked for. */
export interface Program {
  readonly commands: readonly CommandEntry[];
  /** Loads the one command that runs. */
  readonly load: (name: string) => Promise<CommandModule>;
  /** Loads every spec, schemas included: for discovery and completion. */
  readonly loadSpecs: () => Promise<readonly CommandSpec[]>;
  /** What its built-in `doctor` checks; without it there is none. */
  readonly loadChecks?: () => Promise<readonly DoctorCheck[]>;
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
