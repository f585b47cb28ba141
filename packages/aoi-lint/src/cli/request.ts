import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandRequest } from "@aomori/command";
import { UserError } from "@aomori/protocol";
import type { LintOptions } from "../lint.ts";
import type { Profile } from "../profile.ts";
import { profiles } from "../profile.ts";
import { readRecipe } from "../recipe.ts";
import type { ReportFormat } from "../reports/report.ts";
import { reportFormats } from "../reports/report.ts";

/** What the command line asks for, by its own types. */
export interface LintRequest {
  readonly command: readonly string[];
  readonly profile: Profile;
  readonly explain: string | undefined;
  readonly replay: string | undefined;
  readonly exit: number | undefined;
  readonly report: ReportFormat | undefined;
  readonly reportFile: string | undefined;
  readonly badge: string | undefined;
  readonly badgeLink: string | undefined;
  readonly writeBaseline: string | undefined;
}

const recipeName = "aoi.lint.json";

/** Throws MISSING_COMMAND when there is nothing to lint, CONFLICTING_FLAGS for what cannot go together. */
export function lintRequest({ input, context, flags }: CommandRequest): LintRequest {
  const path = (name: string): string | undefined => {
    const value = textOf(input[name]);
    return value === undefined ? undefined : resolve(context.cwd, value);
  };
  const request: LintRequest = {
    command: textsOf(input["command"]),
    profile: profiles.find((profile) => profile === input["profile"]) ?? "core",
    explain: textOf(input["explain"]),
    replay: path("replay"),
    exit: typeof input["exit"] === "number" ? input["exit"] : undefined,
    report: reportFormats.find((format) => format === input["report"]),
    reportFile: path("report_file"),
    badge: path("badge"),
    badgeLink: textOf(input["badge_link"]),
    writeBaseline: path("write_baseline"),
  };
  const { command, explain, replay } = request;
  if (command.length === 0 && explain === undefined && replay === undefined) {
    throw new UserError(
      "usage",
      "MISSING_COMMAND",
      'there is no command to lint; give it after --: aoi-lint -- tool list --output jsonl, or "aoi-lint --help"',
    );
  }
  if (request.reportFile !== undefined && request.report === undefined) {
    throw conflict("--report-file needs --report to say the format");
  }
  if (isOnStdout(request) && flags.format !== undefined && flags.format !== "table") {
    throw conflict(`--report takes the place of ${flags.format} on stdout; add --report-file`);
  }
  return request;
}

/** The report is what stdout shows. */
export function isOnStdout({ report, reportFile }: LintRequest): boolean {
  return report !== undefined && reportFile === undefined;
}

/** Options for `lint`, with the recipe that was named or lies in the working folder. */
export async function lintOptions(
  { input, context, signal }: CommandRequest,
  { command, profile }: LintRequest,
): Promise<LintOptions> {
  const named = textOf(input["recipe"]);
  const path = resolve(context.cwd, named ?? recipeName);
  const has = named !== undefined || existsSync(join(context.cwd, recipeName));
  const recipe = has ? await readRecipe(path) : {};
  const { rule, skip, tool_words: words, deadline_ms: deadlineMs } = input;
  return {
    argv: command,
    cwd: context.cwd,
    environment: context.env,
    profile,
    recipe,
    signal,
    passEnvironment: textsOf(input["pass_env"]),
    ...(rule === undefined ? {} : { rules: textsOf(rule) }),
    ...(skip === undefined ? {} : { skip: textsOf(skip) }),
    ...(input["allow_writes"] === true ? { allowWrites: true } : {}),
    ...(input["keep_home"] === true ? { keepHome: true } : {}),
    ...(typeof words === "number" ? { toolWordCount: words } : {}),
    ...(typeof deadlineMs === "number" ? { deadlineMs } : {}),
  };
}

function conflict(message: string): UserError {
  return new UserError("usage", "CONFLICTING_FLAGS", message);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
