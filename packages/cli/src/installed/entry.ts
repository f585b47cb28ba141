import { writeSync } from "node:fs";
import { version } from "../identity.ts";
import { commandEntries } from "../derived/command-entries.ts";

interface Bundle {
  readonly main: (argv: readonly string[]) => Promise<number>;
}

/**
 * The installed program's first file, a bundle of its own: it finds the one bundle that a command needs by
 * looking at the first words. Everything else (flags before them, help, unknown words) is for the whole program.
 */
function route(argv: readonly string[]): {
  readonly file: string;
  readonly rest: readonly string[];
} {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(" ");
    if (commandEntries.some((entry) => entry.name === name)) {
      return { file: `./commands/${name.replaceAll(" ", "-")}.cjs`, rest: argv.slice(words) };
    }
  }
  return { file: "./program.cjs", rest: argv };
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

const argv = process.argv.slice(2);
if (!answeredVersion(argv)) {
  const { file, rest } = route(argv);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-require-imports -- a bundle of the same build, chosen at run time
  const bundle = require(file) as Bundle;
  // oxlint-disable-next-line unicorn/no-process-exit, unicorn/prefer-top-level-await -- the one place that ends the process, in a CommonJS bundle
  void bundle.main(rest).then((status) => process.exit(status));
}
