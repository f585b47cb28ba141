import { builtinNames } from "@aomori/command";
import { commandSpecs } from "./command-specs.ts";

const words = commandSpecs.map(({ name }) => name.split(" "));

/**
 * The first word of everything that is the program's own: none of them is ever a plugin's. A build evaluates this file and
 * puts the result in its place.
 */
export const coreWords: readonly string[] = [
  ...new Set([...words.map(([first = ""]) => first), ...builtinNames, "help"]),
];

/** What stands behind `plugins` and is no plugin's name. */
export const pluginVerbs: readonly string[] = [
  ...new Set(words.flatMap(([first, verb = ""]) => (first === "plugins" ? [verb] : []))),
];
