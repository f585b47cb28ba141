import { writeSync } from "node:fs";
import { version } from "../identity.ts";
import { commandEntries } from "../derived/command-entries.ts";
import { coreWords, pluginVerbs } from "../derived/core-words.ts";
import { isTooOld } from "./least-node.ts";

interface Bundle {
  /** Undefined: what the words name is not this bundle's. */
  readonly main: (argv: readonly string[]) => Promise<number> | undefined;
}

interface Route {
  readonly file: string;
  readonly rest: readonly string[];
}

/**
 * The installed program's first file, a bundle of its own: it finds the one bundle that a command needs by
 * looking at the first words. Everything else (flags before them, help, unknown words) is for the whole program.
 */
function route(argv: readonly string[]): Route {
  for (const words of [3, 2, 1]) {
    const name = argv.slice(0, words).join(" ");
    if (commandEntries.some((entry) => entry.name === name)) {
      return { file: `./commands/${name.replaceAll(" ", "-")}.cjs`, rest: argv.slice(words) };
    }
  }
  return wholeProgram(argv);
}

const wholeProgram = (argv: readonly string[]): Route => ({ file: "./program.cjs", rest: argv });

/** Where a plugin's name may stand: `NAME args`, `plugins NAME args`, `plugins run NAME args`; only where no command of ours does. */
function pluginRoute(argv: readonly string[]): Route | undefined {
  const [first = "", second = "", third = ""] = argv;
  const file = "./plugin.cjs";
  if (isWord(first) && !coreWords.includes(first)) return { file, rest: argv };
  if (first !== "plugins" || !isWord(second)) return undefined;
  if (second === "run") return isWord(third) ? { file, rest: argv.slice(2) } : undefined;
  return pluginVerbs.includes(second) ? undefined : { file, rest: argv.slice(1) };
}

function isWord(token: string): boolean {
  return token !== "" && !token.startsWith("-");
}

/** Runs the bundle, or nothing where it is not for it. */
function start({ file, rest }: Route): Promise<number> | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-require-imports -- a bundle of the same build, chosen at run time
  const bundle = require(file) as Bundle;
  return bundle.main(rest);
}

/** True when the version alone was asked for and is written. A pipe that is full or closed is for the whole program. */
function answeredVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || (argv[0] !== "--version" && argv[0] !== "-V")) return false;
  try {
    writeSync(1, `aomori ${version}\n`);
    return true;
  } catch {
    return false; // The whole program tries again, and says what is wrong.
  }
}

/** A plugin where the first words name one. A Node that is too old is for the whole program to tell. */
function startFirst(argv: readonly string[]): Promise<number> | undefined {
  if (isTooOld()) return start(wholeProgram(argv));
  const plugin = pluginRoute(argv);
  return (plugin === undefined ? undefined : start(plugin)) ?? start(route(argv));
}

const argv = process.argv.slice(2);
if (!answeredVersion(argv)) {
  const run = startFirst(argv);
  // oxlint-disable-next-line unicorn/no-process-exit, unicorn/prefer-top-level-await -- the one place that ends the process, in a CommonJS bundle
  void run?.then((status) => process.exit(status));
}
