import { createHash } from "node:crypto";
import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { UserError, errorBody } from "@aomori/protocol";
import { writeFileAtomic } from "@aomori/system";
import { writeBaseline } from "../baseline.ts";
import type { Check, LintOptions, ToolName } from "../lint.ts";
import { currentBaseline, lint } from "../lint.ts";
import { chooseRules } from "../profile.ts";
import { replay } from "../replay.ts";
import { badgeMarkdown, badgeSvg } from "../reports/badge.ts";
import { mediaTypes, renderReport } from "../reports/render.ts";
import type { ReportSubject, Tally } from "../reports/report.ts";
import { conforms, tallyOf } from "../reports/report.ts";
import { rules } from "../rules/table.ts";
import { shellCommand } from "../runner/shell-text.ts";
import { linterVersion } from "../version.ts";
import { checkEvent, reportEvent, ruleEvent } from "./events.ts";
import type { LintRequest } from "./request.ts";
import { isOnStdout, lintOptions, lintRequest } from "./request.ts";
import { lintView, reportView } from "./view.ts";

export interface HandlerOptions {
  /** Standard output is a terminal. */
  readonly isTty: boolean;
  /** The command line asks for a report on standard output. */
  readonly reports: boolean;
}

/** The linter as a command: events of a run, a replay or an explanation. */
export function lintHandler({ isTty, reports }: HandlerOptions): CommandHandler {
  return {
    run: (request) => events(request, reports),
    view: reports ? reportView() : lintView(),
    defaultFormat: isTty || reports ? "table" : "jsonl",
    graceMs: 3000,
  };
}

async function* events(
  request: CommandRequest,
  reports: boolean,
): AsyncGenerator<StreamedEvent, void> {
  const asked = lintRequest(request);
  if (asked.explain !== undefined) {
    yield* explanations(asked.explain);
    return;
  }
  const options = await lintOptions(request, asked);
  yield { type: "aoi:progress", message: `linting with the profile ${asked.profile}` };
  if (asked.writeBaseline !== undefined) {
    await writeBaseline(asked.writeBaseline, await currentBaseline(options));
  }
  let tool: ToolName | undefined;
  const checks: Check[] = [];
  const source =
    asked.replay === undefined
      ? lint({ ...options, onTool: (found) => (tool = found) })
      : replay(replayOptions(asked, asked.replay, options));
  for await (const check of source) {
    checks.push(check);
    if (!reports) yield checkEvent(check, asked.profile);
  }
  yield* conclusion(asked, checks, tool);
}

async function* conclusion(
  asked: LintRequest,
  checks: readonly Check[],
  tool: ToolName | undefined,
): AsyncGenerator<StreamedEvent, void> {
  const { profile, report, reportFile, badge } = asked;
  const subject: ReportSubject = {
    command: asked.replay ?? shellCommand(asked.command),
    profile,
    linterVersion,
    ...(tool === undefined ? {} : { tool: tool.name, toolVersion: tool.version }),
  };
  const tally = tallyOf(checks, profile);
  if (report !== undefined) {
    const content = renderReport(report, checks, subject);
    if (reportFile === undefined) yield { type: "report_text", format: report, text: content };
    else yield await written(reportFile, content, mediaTypes[report]);
  }
  const earned = badge !== undefined && conforms(tally);
  if (earned) yield await written(badge, badgeSvg(subject), "image/svg+xml");
  else if (badge !== undefined) {
    yield { type: "aoi:warning", code: "NO_BADGE", message: "no badge: the tool does not pass" };
  }
  const markdown = earned ? badgeMarkdown(subject, badge, asked.badgeLink) : undefined;
  if (!isOnStdout(asked)) yield reportEvent(subject, tally, markdown);
  if (!conforms(tally)) yield { type: "aoi:error", ...errorBody(failure(tally, checks, subject)) };
}

function failure(tally: Tally, checks: readonly Check[], subject: ReportSubject): UserError {
  const { command } = subject;
  if (tally.failed > 0) {
    const failed = `${tally.failed} of ${checks.length} rules failed`;
    return new UserError("partial", "RULES_FAILED", `${failed} for ${command}`);
  }
  const reason = checks[0]?.reason ?? "no rule was chosen";
  return new UserError(
    "partial",
    "NOTHING_VERIFIED",
    `nothing could be verified of ${command}: ${reason}`,
  );
}

async function written(path: string, content: string, mediaType: string): Promise<StreamedEvent> {
  await writeFileAtomic(path, content);
  const bytes = Buffer.byteLength(content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { type: "aoi:artifact", path, media_type: mediaType, bytes, sha256 };
}

function* explanations(name: string): Generator<StreamedEvent, void> {
  const chosen =
    name.toLowerCase() === "all"
      ? rules
      : chooseRules(rules, { profile: "proposed", only: [name] });
  for (const rule of chosen) yield ruleEvent(rule);
}

function replayOptions(
  { exit, profile }: LintRequest,
  path: string,
  { rules: only, skip, signal }: LintOptions,
): Parameters<typeof replay>[0] {
  return {
    path,
    profile,
    ...(exit === undefined ? {} : { exitCode: exit }),
    ...(only === undefined ? {} : { rules: only }),
    ...(skip === undefined ? {} : { skip }),
    ...(signal === undefined ? {} : { signal }),
  };
}
