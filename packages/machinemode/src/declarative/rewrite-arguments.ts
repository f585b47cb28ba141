import { UserError } from "@aomori/protocol";
import type { AdapterDefinition, FlagRules, FlagShape } from "./definition.ts";
import { locateSubcommand } from "./subcommand.ts";

/** The argv of the tool's machine channel. Throws UNSUPPORTED_FLAG for a flag that would change what it prints. */
export function rewriteArguments(
  definition: AdapterDefinition,
  name: string,
  argv: readonly string[],
): readonly string[] {
  const { subcommands, globalFlagsWithValue } = definition;
  const located = locateSubcommand(argv, subcommands, globalFlagsWithValue);
  if (located === undefined) throw new TypeError(`${argv.join(" ")} has no sub-command of ${name}`);
  const { words, globals, rest } = located;
  const passed = checkedArguments(definition, name, rest);
  return definition.run.flatMap((word) => {
    if (word === "{args}") return passed;
    if (word === "{subcommand}") return words;
    return word === "{globals}" ? globals : [word];
  });
}

/** The words that may go to the tool. Throws UNSUPPORTED_FLAG. */
export function checkedArguments(
  { flags, operands }: Pick<AdapterDefinition, "flags" | "operands">,
  name: string,
  argv: readonly string[],
): readonly string[] {
  const passed: string[] = [];
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") {
      if (operands === "refuse") throw unwantedOperand(name, word);
      passed.push(word);
      continue;
    }
    const shapeOf = (flag: string): FlagShape | undefined =>
      flags.pass.get(flag) ?? flags.drop.get(flag) ?? refusedShape(flags, flag);
    const pieces = flagPieces(word, shapeOf);
    for (const { flag, text } of pieces) {
      const why = flags.refuse.get(flag);
      if (why !== undefined) throw refusedFlag(name, flag, why);
      const shape = flags.pass.get(flag);
      const known = shape ?? flags.drop.get(flag);
      if (known === undefined && flags.other === "refuse") {
        throw refusedFlag(
          name,
          flag,
          "the adapter does not know it, so its output could be another",
        );
      }
      const takesNext = known?.takesValue === true && text === flag;
      const kept = shape !== undefined || known === undefined;
      if (kept) passed.push(text);
      if (takesNext) {
        index += 1;
        const value = argv[index];
        if (value === undefined)
          throw new UserError("usage", "MISSING_VALUE", `${name} ${flag} needs a value`);
        if (kept) passed.push(value);
      }
    }
  }
  const rest = argv.slice(index);
  if (rest.length > 1 && operands === "refuse") throw unwantedOperand(name, rest[1] ?? "");
  return rest.length > 0 ? [...passed, ...rest] : passed;
}

function refusedFlag(name: string, flag: string, why: string): UserError {
  return new UserError(
    "usage",
    "UNSUPPORTED_FLAG",
    `${name} ${flag} cannot be wrapped truthfully: ${why}; leave it out, or run ${name.split(" ")[0] ?? name} itself`,
    { details: { flag } },
  );
}

function unwantedOperand(name: string, word: string): UserError {
  return new UserError("usage", "UNEXPECTED_ARGUMENT", `${name} takes no ${JSON.stringify(word)}`);
}

function refusedShape(flags: FlagRules, flag: string): FlagShape | undefined {
  return flags.refuse.has(flag) ? { takesValue: false } : undefined;
}

interface FlagPiece {
  readonly flag: string;
  /** As it is handed on. */
  readonly text: string;
}

/** `--long=value`, `-abc` and `-n5` as single flags; a word that begins with an unknown letter stays whole. */
function flagPieces(
  word: string,
  shapeOf: (flag: string) => FlagShape | undefined,
): readonly FlagPiece[] {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    return [{ flag: equals === -1 ? word : word.slice(0, equals), text: word }];
  }
  const isWhole = word.length === 2 || shapeOf(word) !== undefined;
  if (isWhole || shapeOf(word.slice(0, 2)) === undefined) return [{ flag: word, text: word }];
  const pieces: FlagPiece[] = [];
  for (let index = 1; index < word.length; index += 1) {
    const flag = `-${word[index] ?? ""}`;
    const takesValue = shapeOf(flag)?.takesValue === true;
    const text = takesValue ? `-${word.slice(index)}` : flag;
    pieces.push({ flag, text });
    if (takesValue) break;
  }
  return pieces;
}
