import { UserError } from "@aomori/protocol";
import { mcpSpec } from "./builtin-specs.ts";
import type { CommandHandler } from "./command-handler.ts";
import type { CommandEntry, CommandSpec } from "./command-spec.ts";
import type { CommandContext } from "./context.ts";
import { entriesOf, loadCommand } from "./program.ts";
import type { Program } from "./program.ts";
import { formatIn, parseArguments } from "./parse-arguments.ts";
import type { UnknownWords } from "./resolve-command.ts";
import { flagsBefore, resolveCommand, unknownCommand } from "./resolve-command.ts";
import { attempt, failRun, runCommand } from "./run-command.ts";
import { defaultFormat } from "./run-presented.ts";

/**
 * Runs the command `argv` names; resolves with the exit status, never rejects. The entry file ends the
 * process with it: `process.exit(await runProgram(program, argv, processContext(process, identity)))`.
 */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  context: CommandContext,
): Promise<number> {
  const entries = entriesOf(program);
  try {
    if (await asksForSession(program, argv)) {
      const { serveSession } = await import("./rpc/session.ts");
      return await serveSession(program, context);
    }
    const isHelp = argv[0] === "help";
    const words = isHelp ? argv.slice(1) : argv;
    const resolution = resolveCommand(entries, words);
    if (resolution.kind === "group") {
      return await runGroup(resolution.path, entries, resolution.argv, isHelp, context);
    }
    if (resolution.kind === "unknown") {
      return await runExternal(program, resolution, isHelp, context);
    }
    const { spec, handler } = await loadCommand(program, resolution.name);
    if (spec === mcpSpec && !isHelp) {
      const served = await serveTools(program, resolution.argv, context);
      if (served !== undefined) return served;
    }
    const rest = isHelp ? ["--help", ...resolution.argv] : resolution.argv;
    return await runCommand({ spec, handler, argv: rest, context, entries });
  } catch (error) {
    return await failRun(error, argv, context);
  }
}

/** Throws `UNKNOWN_COMMAND` (usage) with the nearest name where nobody knows the words. */
async function runExternal(
  program: Program,
  words: UnknownWords,
  isHelp: boolean,
  context: CommandContext,
): Promise<number> {
  const { external } = program;
  const status = isHelp ? undefined : await external?.run(words, context);
  if (status !== undefined) return status;
  const own = entriesOf(program).map((entry) => entry.name);
  throw unknownCommand(words, [...own, ...((await external?.names(context)) ?? [])]);
}

/** Undefined when the arguments ask for something else, or do not parse: that is told as any command's. */
async function serveTools(
  program: Program,
  argv: readonly string[],
  context: CommandContext,
): Promise<number | undefined> {
  const parsed = attempt(() => parseArguments(mcpSpec, argv));
  if ("failure" in parsed || parsed.flags.help || parsed.flags.version) return undefined;
  const { read_only: readOnly, max_events: maxEvents, max_bytes: maxBytes } = parsed.input;
  const { serveMcp } = await import("./rpc/mcp.ts");
  return await serveMcp(program, context, {
    readOnly: readOnly === true,
    ...(typeof maxEvents === "number" ? { maxEvents } : {}),
    ...(typeof maxBytes === "number" ? { maxBytes } : {}),
  });
}

/**
 * `--mode session` before any command; a program that is one command may have a mode of its own.
 * Throws `UNEXPECTED_ARGUMENT` (usage) for words behind it.
 */
async function asksForSession(program: Program, argv: readonly string[]): Promise<boolean> {
  const [token, value, ...more] = argv.slice(flagsBefore(argv));
  const isOne = token === "--mode=session";
  if (!isOne && (token !== "--mode" || value !== "session")) return false;
  const whole = program.commands.find((entry) => entry.isProgram === true);
  const spec = whole === undefined ? undefined : (await program.load(whole.name)).spec;
  if (spec?.flags.some((flag) => flag.name === "mode") === true) return false;
  const rest = isOne && value !== undefined ? [value, ...more] : more;
  if (rest.length === flagsBefore(rest)) return true;
  const message = `"--mode session" takes its commands as requests on standard input, not ${JSON.stringify(rest.join(" "))} behind it`;
  throw new UserError("usage", "UNEXPECTED_ARGUMENT", message);
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
