import { errorCategories, exitCodes } from "@aomori/protocol";
import type { CommandEntry, CommandSpec, FlagSpec, PositionalSpec } from "./command-spec.ts";
import type { CommandContext, ProgramIdentity } from "./context.ts";
import { globalFlagsOf } from "./global-flags.ts";
import type { Paint } from "./paint.ts";
import { paintFor } from "./paint.ts";
import { padEnd, textWidth, wrap } from "./text-width.ts";

const maxWidth = 100;
const fallbackWidth = 80;

interface Look {
  readonly paint: Paint;
  readonly width: number;
}

/** Help of one command: usage, arguments, flags, examples, exit codes; the words reserved beside it, if it is the program. */
export function commandHelp(
  spec: CommandSpec,
  context: CommandContext,
  entries: readonly CommandEntry[] = [],
): string {
  const look = lookOf(context);
  const { name } = context.program;
  const words = spec.isProgram === true ? [name] : [name, spec.name];
  const beside =
    spec.isProgram === true ? entries.filter(({ isProgram }) => isProgram !== true) : [];
  return sections(look, [
    { lines: wrap(`${spec.summary}.`, look.width) },
    ...(spec.description === undefined ? [] : [{ lines: wrap(spec.description, look.width) }]),
    { title: "Usage", lines: [`  ${[...words, ...usageOf(spec)].join(" ")}`] },
    { title: "Commands", lines: terms(beside.map(entryTerm), look) },
    { title: "Arguments", lines: terms(spec.positionals.map(positionalTerm), look) },
    { title: "Flags", lines: terms(spec.flags.map(flagTerm), look) },
    { title: "Flags of every command", lines: terms(globalFlagsOf(spec).map(flagTerm), look) },
    { title: "Examples", lines: spec.examples.map((example) => `  ${example}`) },
    { title: "Exit codes", lines: terms(exitTerms(spec), look) },
  ]);
}

/** Help of a program or of one noun: its commands, grouped. */
export function groupHelp(
  path: string,
  entries: readonly CommandEntry[],
  context: CommandContext,
): string {
  const look = lookOf(context);
  const { name, summary } = context.program;
  const below = entries.filter((entry) => path === "" || entry.name.startsWith(`${path} `));
  const typed = path === "" ? name : `${name} ${path}`;
  const nouns = [...new Set(below.map((entry) => groupOf(entry.name)))];
  const width = Math.max(0, ...below.map((entry) => textWidth(entry.name)));
  return sections(look, [
    { lines: path === "" && summary !== undefined ? wrap(`${summary}.`, look.width) : [] },
    { title: "Usage", lines: [`  ${typed} <command> [flags]`] },
    ...nouns.map((noun) => ({
      title: noun === "" ? "Commands" : noun,
      lines: terms(
        below
          .filter((entry) => groupOf(entry.name) === noun)
          .map((entry): Term => ({ term: padEnd(entry.name, width), text: entry.summary })),
        look,
      ),
    })),
    {
      lines: [
        `"${typed} <command> --help" shows the flags of one command.`,
        ...(path === "" ? [`"${typed} --mode session" takes them as JSON-RPC requests.`] : []),
      ],
    },
  ]);
}

/** The version line of a program. */
export function versionText(program: ProgramIdentity): string {
  return `${program.name} ${program.version}\n`;
}

interface Term {
  readonly term: string;
  readonly text: string;
}

interface Section {
  readonly title?: string;
  readonly lines: readonly string[];
}

function lookOf(context: CommandContext): Look {
  const columns = context.stdout.columns() ?? fallbackWidth;
  return {
    paint: paintFor(context.env, context.stdout.isTty, true),
    width: Math.min(maxWidth, columns),
  };
}

function sections({ paint }: Look, all: readonly Section[]): string {
  return all
    .filter((section) => section.lines.length > 0)
    .map(({ title, lines }) => {
      const head = title === undefined ? [] : [paint.bold(title)];
      return [...head, ...lines].map((line) => `${line}\n`).join("");
    })
    .join("\n");
}

function terms(all: readonly Term[], { width }: Look): string[] {
  const termWidth = Math.min(32, Math.max(0, ...all.map(({ term }) => textWidth(term))));
  const indent = " ".repeat(termWidth + 4);
  return all.flatMap(({ term, text }) => {
    const [first = "", ...rest] = wrap(text, Math.max(20, width - termWidth - 4));
    const isLong = textWidth(term) > termWidth;
    const head = isLong
      ? [`  ${term}`, `${indent}${first}`]
      : [`  ${padEnd(term, termWidth)}  ${first}`];
    return [...head, ...rest.map((line) => indent + line)].map((line) => line.trimEnd());
  });
}

/** What follows the command's words; flags come last unless a verbatim argument would take them. */
function usageOf(spec: CommandSpec): string[] {
  const words = spec.positionals.map(usageWord);
  const isVerbatim = spec.positionals.some((positional) => positional.verbatim === true);
  return isVerbatim ? ["[flags]", "[--]", ...words] : [...words, "[flags]"];
}

function usageWord(spec: PositionalSpec): string {
  const isMany = spec.repeatable === true || spec.verbatim === true;
  const word = `<${spec.name}>${isMany ? "..." : ""}`;
  return spec.required === true ? word : `[${word}]`;
}

function entryTerm(entry: CommandEntry): Term {
  return { term: entry.name, text: entry.summary };
}

function positionalTerm(spec: PositionalSpec): Term {
  return { term: `<${spec.name}>`, text: describe(spec) };
}

function flagTerm(flag: FlagSpec): Term {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const value = flag.valueName === undefined ? "" : ` <${flag.valueName}>`;
  return { term: `${short}--${flag.name}${value}`, text: describe(flag) };
}

function describe(value: PositionalSpec | FlagSpec): string {
  const fallback = "default" in value && value.default !== undefined ? value.default : undefined;
  const notes = [
    value.enum === undefined ? "" : value.enum.join(" | "),
    value.required === true ? "required" : "",
    value.repeatable === true ? "may be repeated" : "",
    "verbatim" in value && value.verbatim ? "taken as it stands, flags included" : "",
    fallback === undefined ? "" : `default ${fallback}`,
  ].filter((note) => note !== "");
  const bracket = notes.length === 0 ? "" : `(${notes.join("; ")})`;
  return [value.description ?? "", bracket].filter((part) => part !== "").join(" ");
}

/** The statuses worth knowing for any command, then what this one's errors are called. */
function exitTerms(spec: CommandSpec): Term[] {
  const byStatus = new Map<number, string[]>();
  for (const category of errorCategories) {
    const status = exitCodes[category];
    byStatus.set(status, [...(byStatus.get(status) ?? []), category.replaceAll("_", " ")]);
  }
  const statuses = [...byStatus].sort(([a], [b]) => a - b);
  const line = statuses.map(([status, names]) => `${status} ${names.join(" or ")}`).join(", ");
  const errors = spec.errors.length === 0 ? "" : ` Errors of its own: ${spec.errors.join(", ")}.`;
  return [
    { term: "0", text: "success" },
    { term: ">0", text: `${line}.${errors}` },
  ];
}

function groupOf(name: string): string {
  const words = name.split(" ");
  return words.length > 1 ? (words[0] ?? "") : "";
}
