/** Where the sub-command stands in what follows a tool's name. */
export interface LocatedSubcommand {
  readonly words: readonly string[];
  /** The flags before it. */
  readonly globals: readonly string[];
  readonly rest: readonly string[];
}

/** Finds one of `subcommands` behind the tool's global flags; undefined when the first operand begins none of them. */
export function locateSubcommand(
  argv: readonly string[],
  subcommands: readonly (readonly string[])[],
  globalFlagsWithValue: readonly string[],
): LocatedSubcommand | undefined {
  if (subcommands.length === 0) return { words: [], globals: [], rest: argv };
  let index = 0;
  while (argv[index]?.startsWith("-") === true && argv[index] !== "--") {
    index += globalFlagsWithValue.includes(argv[index] ?? "") ? 2 : 1;
  }
  const words = subcommands.find((candidate) =>
    candidate.every((word, offset) => argv[index + offset] === word),
  );
  if (words === undefined) return undefined;
  return { words, globals: argv.slice(0, index), rest: argv.slice(index + words.length) };
}
