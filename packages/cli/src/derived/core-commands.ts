import { commandSpecs } from "./command-specs.ts";

export interface CoreCommand {
  readonly name: string;
  readonly readOnly: boolean;
}

/** What a plugin may be allowed to ask for; a build evaluates this file and puts the result in its place. */
export const coreCommands: readonly CoreCommand[] = commandSpecs.map(({ name, effects }) => ({
  name,
  readOnly: effects.readOnly,
}));
