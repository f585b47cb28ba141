import type { Shell } from "./builtin-specs.ts";
import type { CommandSpec, FlagSpec } from "./command-spec.ts";
import { globalFlagsOf } from "./global-flags.ts";

/** A completion script: sub-commands, flags and the values of flags that have a fixed set. */
export function completionScript(
  shell: Shell,
  program: string,
  specs: readonly CommandSpec[],
): string {
  switch (shell) {
    case "bash":
      return bashScript(program, specs);
    case "zsh":
      return zshScript(program, specs);
    default:
      return fishScript(program, specs);
  }
}

/** What may come after each path of words: `""` is the program itself. */
interface Branch {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly FlagSpec[];
}

/** The words typed for a command; none where it is the program itself. */
function wordsOf(spec: CommandSpec): readonly string[] {
  return spec.isProgram === true ? [] : spec.name.split(" ");
}

const isAt = (path: string) => (spec: CommandSpec) => wordsOf(spec).join(" ") === path;

function branches(specs: readonly CommandSpec[]): Branch[] {
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
  }));
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
  return all.map(({ path, words, flags }) => {
    const names = words.map(({ word }) => word).join(" ");
    const flagNames = flags.map((flag) => `--${flag.name}`).join(" ");
    return `      ${quote(path)}) words=${quote(names)}; flags=${quote(flagNames)} ;;`;
  });
}

/** The part bash and zsh share: from `path` and `previous` to `options`. */
function chooseOptions(all: readonly Branch[]): string[] {
  return [
    `  case "$path:$previous" in`,
    ...valueCases(all),
    `  esac`,
    `  if [[ -z $options ]]; then`,
    `    case "$path" in`,
    ...pathCases(all),
    `    esac`,
    `    if [[ $current == -* ]]; then options=$flags; else options=$words; fi`,
    `  fi`,
  ];
}

/** The part bash and zsh share: the longest known path among the words before the cursor. */
function findPath(all: readonly Branch[], words: string): string[] {
  const known = all.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return [
    `  for word in ${words}; do`,
    `    case "\${path:+$path }$word" in`,
    `      ${known.join("|") || quote(" ")}) path="\${path:+$path }$word" ;;`,
    `    esac`,
    `  done`,
  ];
}

function bashScript(program: string, specs: readonly CommandSpec[]): string {
  const all = branches(specs);
  const name = functionName(program);
  return [
    `# bash completion of ${program}: source this file, or put it into bash-completion's folder`,
    `${name}() {`,
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"`,
    `  local path="" word options="" words="" flags=""`,
    ...findPath(all, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`),
    ...chooseOptions(all),
    `  COMPREPLY=($(compgen -W "$options" -- "$current"))`,
    `}`,
    `complete -o default -F ${name} ${program}`,
    "",
  ].join("\n");
}

function zshScript(program: string, specs: readonly CommandSpec[]): string {
  const all = branches(specs);
  const name = functionName(program);
  return [
    `#compdef ${program}`,
    `${name}() {`,
    `  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}"`,
    `  local -a before=("\${(@)words[2,CURRENT-1]}")`,
    `  local path_="" word options="" names="" flags=""`,
    ...[...findPath(all, `"\${before[@]}"`), ...chooseOptions(all)].map(forZsh),
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

function fishScript(program: string, specs: readonly CommandSpec[]): string {
  const name = functionName(program);
  const all = branches(specs);
  const known = all.filter(({ path }) => path !== "").map(({ path }) => fishQuote(path));
  const head = [
    `# fish completion of ${program}`,
    `function ${name}_at`,
    `  set -l at ""`,
    `  for word in (commandline -opc)[2..-1]`,
    `    set -l next (string trim -- "$at $word")`,
    `    contains -- "$next" ${known.join(" ")}; and set at $next`,
    `  end`,
    `  test "$at" = "$argv[1]"`,
    `end`,
  ];
  const lines = all.flatMap(({ path, words, flags }) => {
    const at = `complete -c ${program} -n ${fishQuote(`${name}_at ${fishQuote(path)}`)}`;
    return [
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
