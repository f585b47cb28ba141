import type { ErrorTable } from "../adapter.ts";
import type { FlagRules } from "../declarative/definition.ts";
import { checkedArguments } from "../declarative/rewrite-arguments.ts";
import { locateSubcommand } from "../declarative/subcommand.ts";

/** Flags of git itself that take the next word. */
export const gitFlagsWithValue: readonly string[] = [
  "-C",
  "-c",
  "--git-dir",
  "--work-tree",
  "--namespace",
  "--super-prefix",
  "--config-env",
  "--exec-path",
  "--attr-source",
];

/** Settings of the user that would change what is read. */
const pinned = [
  "--no-pager",
  "--no-optional-locks",
  "-c",
  "color.ui=false",
  "-c",
  "core.quotePath=false",
  "-c",
  "i18n.logOutputEncoding=UTF-8",
  "-c",
  "log.showSignature=false",
  "-c",
  "log.follow=false",
  "-c",
  "log.decorate=no",
  "-c",
  "diff.noprefix=false",
  "-c",
  "status.relativePaths=false",
  "-c",
  "status.submoduleSummary=false",
  "-c",
  "column.ui=never",
];

/** `git` with the caller's global flags, a machine channel, and what of the arguments may go with it. */
export function gitArgv(
  subcommand: string,
  argv: readonly string[],
  flags: FlagRules,
  channel: readonly string[],
  adjust: (words: readonly string[]) => readonly string[] = (words) => words,
): readonly string[] {
  const located = locateSubcommand(argv, [[subcommand]], gitFlagsWithValue);
  if (located === undefined) throw new TypeError(`no ${subcommand} in ${argv.join(" ")}`);
  const words = checkedArguments(
    { flags, operands: "pass" },
    `git ${subcommand}`,
    adjust(located.rest),
  );
  return ["git", ...pinned, ...located.globals, subcommand, ...channel, ...words];
}

const rules: readonly (readonly [RegExp, ErrorTable["stderr"][number]["category"], string])[] = [
  [/not a git repository/, "not_found", "NOT_A_REPOSITORY"],
  [
    /unknown revision|bad revision|bad object|ambiguous argument|Invalid symmetric difference/,
    "not_found",
    "UNKNOWN_REVISION",
  ],
  [/does not have any commits yet/, "not_found", "NO_COMMITS"],
  [
    /unrecognized argument|unknown option|unknown switch|invalid option|^usage: /,
    "usage",
    "BAD_ARGUMENT",
  ],
  [/dubious ownership/, "authz", "DUBIOUS_OWNERSHIP"],
  [/malformed object name/, "not_found", "UNKNOWN_REVISION"],
];

export const gitErrors: ErrorTable = {
  exit: {
    "1": "ok",
    "128": { category: "internal", code: "GIT_FAILED" },
    "129": { category: "usage", code: "BAD_ARGUMENT" },
  },
  stderr: rules.map(([pattern, category, code]) => ({
    category,
    code,
    matches: (line) => pattern.test(line),
  })),
};
