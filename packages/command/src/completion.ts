import type { Shell } from "./builtin-specs.ts";
import type { CommandSpec, FlagSpec } from "./command-spec.ts";
import { globalFlagsOf } from "./global-flags.ts";
import type { ExternalCompletion } from "./program.ts";

/** A completion script: sub-commands, flags, the values of flags that have a fixed set, and the commands of others. */
export function completionScript(
  shell: Shell,
  program: string,
  specs: readonly CommandSpec[],
  external?: ExternalCompletion,
): string {
  const all = branches(specs, external?.places ?? []);
  const names = external?.script ?? ":";
  switch (shell) {
    case "bash":
      return bashScript(program, all, names);
    case "zsh":
      return zshScript(program, all, names);
    default:
      return fishScript(program, all, names);
  }
}

/** What may come after each path of words: `""` is the program itself. */
interface Branch {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly FlagSpec[];
  /** Where names of others' commands may stand: `first` only as the first word behind the path. */
  readonly external: "no" | "first" | "any";
}

/** The words typed for a command; none where it is the program itself. */
function wordsOf(spec: CommandSpec): readonly string[] {
  return spec.isProgram === true ? [] : spec.name.split(" ");
}

const isAt = (path: string) => (spec: CommandSpec) => wordsOf(spec).join(" ") === path;

function branches(specs: readonly CommandSpec[], places: readonly string[]): Branch[] {
  const paths = new Set([""]);
  for (const words of specs.map(wordsOf)) {
    for (let length = 1; length <= words.length; length += 1) {
      paths.add(words.slice(0, length).join(" "));
    }
  }
  return [...paths].map((path) => ({
    path,
    words: wordsBelow(path, specs),
    flags: flagsAt(path, specs),
    external: externalAt(path, specs, places),
  }));
}

function externalAt(
  path: string,
  specs: readonly CommandSpec[],
  places: readonly string[],
): Branch["external"] {
  const [first] = specs.find(isAt(path))?.positionals ?? [];
  if (first?.isExternal === true) return first.repeatable === true ? "any" : "first";
  return places.includes(path) ? "first" : "no";
}

function wordsBelow(path: string, specs: readonly CommandSpec[]): Branch["words"] {
  const prefix = path === "" ? "" : `${path} `;
  const found = new Map<string, string>();
  for (const spec of specs) {
    const typed = wordsOf(spec).join(" ");
    if (typed === path || !typed.startsWith(prefix)) continue;
    const [word = "", ...more] = typed.slice(prefix.length).split(" ");
    if (more.length === 0) found.set(word, spec.summary);
    else if (!found.has(word)) found.set(word, `${word} commands`);
  }
  const [first] = specs.find(isAt(path))?.positionals ?? [];
  for (const word of first?.enum ?? []) found.set(word, first?.description ?? first?.name ?? "");
  return [...found].map(([word, summary]) => ({ word, summary }));
}

function flagsAt(path: string, specs: readonly CommandSpec[]): FlagSpec[] {
  const spec = specs.find(isAt(path));
  return spec === undefined ? [] : [...spec.flags, ...globalFlagsOf(spec)];
}

function functionName(program: string): string {
  return `_${program.replaceAll(/[^A-Za-z0-9_]/g, "_")}`;
}

/** A single-quoted word for bash, zsh and fish alike. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function valueCases(all: readonly Branch[]): string[] {
  return all.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.enum !== undefined)
      .map((flag) => {
        const short = flag.short === undefined ? "" : `|${quote(`${path}:-${flag.short}`)}`;
        const values = quote((flag.enum ?? []).join(" "));
        return `    ${quote(`${path}:--${flag.name}`)}${short}) options=${values} ;;`;
      }),
  );
}

function pathCases(all: readonly Branch[]): string[] {
  return all.map(({ path, words, flags, external }) => {
    const names = words.map(({ word }) => word).join(" ");
    const flagNames = flags.map((flag) => `--${flag.name}`).join(" ");
    const others = external === "no" ? "" : ` external=${external};`;
    return `      ${quote(path)}) words=${quote(names)};${others} flags=${quote(flagNames)} ;;`;
  });
}

/** The part bash and zsh share: from `path`, `previous` and `operand` to `options`. What is behind the name of another's command is its own. */
function chooseOptions(all: readonly Branch[], names: string): string[] {
  return [
    `  case "$path:$previous" in`,
    ...valueCases(all),
    `  esac`,
    `  if [[ -z $options ]]; then`,
    `    case "$path" in`,
    ...pathCases(all),
    `    esac`,
    `    if [[ $external == first && -n $operand ]]; then external=""; words=""; fi`,
    `    if [[ $current == -* ]]; then options=$flags`,
    `    else options=$words\${external:+ $(/bin/sh -c ${quote(names)} | tr '\\n' ' ')}; fi`,
    `  fi`,
  ];
}

/** The part bash and zsh share: the longest known path among the words before the cursor. */
function findPath(all: readonly Branch[], words: string): string[] {
  const known = all.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return [
    `  for word in ${words}; do`,
    `    case "\${path:+$path }$word" in`,
    `      ${known.join("|") || quote(" ")}) path="\${path:+$path }$word"; operand="" ;;`,
    `      *) [[ $word == -* || $prior == -* ]] || operand=1 ;;`,
    `    esac`,
    `    prior=$word`,
    `  done`,
  ];
}

function bashScript(program: string, all: readonly Branch[], names: string): string {
  const name = functionName(program);
  return [
    `# bash completion of ${program}: source this file, or put it into bash-completion's folder`,
    `${name}() {`,
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"`,
    `  local path="" word prior="" operand="" external="" options="" words="" flags=""`,
    ...findPath(all, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`),
    ...chooseOptions(all, names),
    `  COMPREPLY=($(compgen -W "$options" -- "$current"))`,
    `}`,
    `complete -o default -F ${name} ${program}`,
    "",
  ].join("\n");
}

function zshScript(program: string, all: readonly Branch[], others: string): string {
  const name = functionName(program);
  return [
    `#compdef ${program}`,
    `${name}() {`,
    `  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}"`,
    `  local -a before=("\${(@)words[2,CURRENT-1]}")`,
    `  local path_="" word prior="" operand="" external="" options="" names="" flags=""`,
    ...[...findPath(all, `"\${before[@]}"`), ...chooseOptions(all, others)].map(forZsh),
    `  if [[ -n $options ]]; then compadd -- \${=options}; else _files; fi`,
    `}`,
    `if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${program}; fi`,
    "",
  ].join("\n");
}

/** In zsh `path` is the search path and `words` the command line: neither may be used. */
function forZsh(line: string): string {
  return line
    .replaceAll("$path", "$path_")
    .replaceAll("${path:", "${path_:")
    .replaceAll(/\bpath="/g, 'path_="')
    .replaceAll(/\bwords=/g, "names=")
    .replaceAll("$words", "$names");
}

function fishScript(program: string, all: readonly Branch[], names: string): string {
  const name = functionName(program);
  const known = all.filter(({ path }) => path !== "").map(({ path }) => fishQuote(path));
  const head = [
    `# fish completion of ${program}`,
    `function ${name}_at`,
    `  set -l at ""`,
    `  set -l operand ""`,
    `  set -l prior ""`,
    `  for word in (commandline -opc)[2..-1]`,
    `    set -l next (string trim -- "$at $word")`,
    `    if contains -- "$next" ${known.join(" ")}`,
    `      set at $next`,
    `      set operand ""`,
    `    else if not string match -q -- '-*' "$word"; and not string match -q -- '-*' "$prior"`,
    `      set operand 1`,
    `    end`,
    `    set prior $word`,
    `  end`,
    `  test "$at" = "$argv[1]"; and test "$argv[2]" != first -o -z "$operand"`,
    `end`,
    `function ${name}_names`,
    `  /bin/sh -c ${fishQuote(names)}`,
    `end`,
  ];
  const lines = all.flatMap(({ path, words, flags, external }) => {
    const where = external === "first" ? " first" : "";
    const at = `complete -c ${program} -n ${fishQuote(`${name}_at ${fishQuote(path)}${where}`)}`;
    return [
      ...(external === "no" ? [] : [`${at} -f -a ${fishQuote(`(${name}_names)`)}`]),
      ...words.map(({ word, summary }) => `${at} -f -a ${word} -d ${fishQuote(summary)}`),
      ...flags.map((flag) => `${at} ${fishFlag(flag)}`),
    ];
  });
  return [...head, ...lines, ""].join("\n");
}

function fishFlag(flag: FlagSpec): string {
  const short = flag.short === undefined ? "" : ` -s ${flag.short}`;
  const values = flag.enum === undefined ? "" : ` -x -a ${fishQuote(flag.enum.join(" "))}`;
  const takes = flag.type === "boolean" || values !== "" ? "" : " -r";
  const text = flag.description === undefined ? "" : ` -d ${fishQuote(flag.description)}`;
  return `-l ${flag.name}${short}${takes}${values}${text}`;
}
