import type { Evidence } from "../probes/evidence.ts";
import type { ProbeName } from "../probes/probe.ts";
import type { Finding, Rule, Verdict } from "../rule.ts";
import type { Observation } from "../runner/observation.ts";
import { endingText, exitStatus } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import type { Look } from "./verdict.ts";
import { finding, judgeLooks, missing, passed, shown, unclear, told } from "./verdict.ts";

/** How long a tool may take to end once it should. */
const graceMs = 2000;
/** Written after a signal, this much means that the tool goes on with its work. */
const goesOnBytes = 192 * 1024;
/** Results that come later than this after a signal are new work, not what was on its way. */
const goesOnMs = 500;

/** What the same commands say when nobody interrupts them. */
const whole: readonly ProbeName[] = ["base", "slow-source", "large"];

export const signalRules: readonly Rule[] = [
  {
    id: "SIG-001",
    severity: "error",
    certainty: "found",
    title: "a closed pipe ends the tool at once: exit 141, nothing on stderr",
    explain:
      "`tool | head -n 1` is ordinary use. Treat EPIPE as the end: exit 141 (or die of SIGPIPE) without a word and without going on.",
    needs: ["base", "early-close"],
    check: checkEarlyClose,
  },
  {
    id: "SIG-002",
    severity: "error",
    certainty: "proposed",
    title: "SIGINT ends in a cancelled error and an honest summary, exit 130",
    explain:
      "Catch it, stop, write aoi:error of category cancelled and aoi:summary with ok:false and partial:true, exit 130, all within 2 s.",
    needs: ["interrupt", ...whole],
    check: (evidence) =>
      judgeLooks(evidence, ["interrupt"], (run) => cancelled(evidence, run, 130)),
  },
  {
    id: "SIG-003",
    severity: "error",
    certainty: "proposed",
    title: "SIGTERM ends in a cancelled error and an honest summary, exit 143",
    explain: "As SIGINT, with exit 143: it is what a supervisor, a container and `timeout` send.",
    needs: ["terminate", ...whole],
    check: (evidence) =>
      judgeLooks(evidence, ["terminate"], (run) => cancelled(evidence, run, 143)),
  },
  {
    id: "SIG-004",
    severity: "warn",
    certainty: "proposed",
    title: "a second SIGINT ends the tool without a torn line or a second summary",
    explain:
      "Who presses Ctrl-C twice means it. A handler that runs again must not write again, and never half a line.",
    needs: ["interrupt-twice", ...whole],
    check: (evidence) =>
      judgeLooks(evidence, ["interrupt-twice"], (run) => secondInterrupt(evidence, run)),
  },
  {
    id: "SIG-005",
    severity: "warn",
    certainty: "proposed",
    title: "SIGTERM leaves no child process and no temporary file behind",
    explain:
      "End the children you started (their process group) and remove temporary files and locks in the handler.",
    needs: ["base", "terminate", "terminate-leader"],
    check: (evidence) =>
      judgeLooks(evidence, ["terminate", "terminate-leader"], (run) => leftovers(evidence, run)),
  },
];

function checkEarlyClose(evidence: Evidence): Verdict {
  const [base] = evidence.runs("base");
  if (base === undefined) return missing(evidence, ["base"]) ?? passed;
  return judgeLooks(evidence, ["early-close"], (run) => {
    const beforeStart = run.spec.stdout?.kind === "closed" && run.spec.stdout.afterLines === 0;
    if (beforeStart && base.stream.sizeBytes === 0) {
      return unclear("the command writes nothing, so it cannot notice a closed pipe");
    }
    if (run.closedAtMs === undefined) return unclear("the reader never came to close");
    if (!beforeStart && !run.wasBlocked && run.spec.stdout?.kind === "narrow") {
      return unclear("the command ended before its reader closed");
    }
    return shown(...closeFindings(run, base));
  });
}

function closeFindings(run: Observation, base: Observation): Finding[] {
  const found: Finding[] = [];
  const lateMs = run.durationMs - (run.closedAtMs ?? 0);
  const beforeStart = run.spec.stdout?.kind === "closed" && run.spec.stdout.afterLines === 0;
  const allowedMs = Math.max(graceMs, base.durationMs * 4) + (beforeStart ? base.durationMs : 0);
  if (run.timedOut || lateMs > allowedMs) {
    found.push(finding(run, `went on for ${Math.round(lateMs)} ms after its reader had gone`));
  }
  const status = exitStatus(run);
  if (!run.timedOut && status !== 141) {
    const failed = base.ending.kind === "exited" && base.ending.code !== 0;
    // A command that fails anyway may have nothing left to write when it looks.
    if (!(failed && status === exitStatus(base))) {
      found.push(finding(run, `ended with ${endingText(run)}, not 141 or SIGPIPE`));
    }
  }
  if (run.stderrBytes > base.stderrBytes) {
    const text = JSON.stringify(run.stderr.trim().slice(0, 120));
    found.push(finding(run, `wrote to stderr: ${text}`));
  }
  return found;
}

/** What every interrupted run must show before it says anything about how the tool takes a signal. */
function unheard(evidence: Evidence, run: Observation): string | undefined {
  if (run.sent.length === 0) {
    return 'the command ended before the signal; name a long one as "slow" in aoi.lint.json';
  }
  if (run.stream.eventCount === 0) return "the signal came before the first event";
  const summary = summaryOf(run.stream);
  if (summary?.value["ok"] !== true || exitStatus(run) !== 0) return undefined;
  if (goneOn(evidence, run) !== undefined) return undefined;
  const expected = wholeRun(evidence, run)?.stream.resultCount ?? 0;
  if (run.stream.resultCount < expected) return undefined;
  return 'the command had done its work before it could heed the signal; name a long one as "slow" in aoi.lint.json';
}

/** The run of the same command line that was left alone. */
function wholeRun(evidence: Evidence, { spec }: Observation): Observation | undefined {
  const line = spec.argv.join(" ");
  return whole
    .flatMap((name) => evidence.runs(name))
    .find((run) => run.spec.argv.join(" ") === line);
}

/** How the tool went on with its work after a signal, in words. A machine on which everything is slow is given more time. */
function goneOn(evidence: Evidence, run: Observation): string | undefined {
  const [sent] = run.sent;
  if (sent === undefined) return undefined;
  const baseMs = evidence.runs("base")[0]?.durationMs ?? 0;
  const allowedMs = Math.max(graceMs, baseMs * 4);
  const afterBytes = run.stream.sizeBytes - sent.bytesBefore;
  const afterMs = run.durationMs - sent.atMs;
  if (run.timedOut || afterMs > allowedMs) return `${Math.round(afterMs)} ms`;
  if (afterBytes > goesOnBytes) return `${Math.round(afterBytes / 1024)} KiB`;
  const lateFromMs = sent.atMs + Math.max(goesOnMs, baseMs * 2);
  const late = run.stream.tail.filter(({ kind, atMs }) => kind === "domain" && atMs > lateFromMs);
  // One result may have been on its way.
  const last = late.length > 1 ? late.at(-1) : undefined;
  return last === undefined ? undefined : `${Math.round(last.atMs - sent.atMs)} ms of results`;
}

function cancelled(evidence: Evidence, run: Observation, expected: number): Look {
  const reason = unheard(evidence, run);
  if (reason !== undefined) return unclear(reason);
  const found: Finding[] = [];
  const name = run.sent[0]?.signal ?? "the signal";
  const on = goneOn(evidence, run);
  const summary = summaryOf(run.stream);
  if (on !== undefined) found.push(finding(run, `went on for ${on} after ${name}`));
  if (summary === undefined) {
    const died =
      run.ending.kind === "signalled" ? `died of ${name}` : `${endingText(run)} after ${name}`;
    found.push(finding(run, `${died} without aoi:summary`));
    return shown(...found);
  }
  const { ok, partial } = summary.value;
  if (ok !== false || partial !== true) {
    const says = `ok:${told(ok)} and partial:${told(partial)}`;
    found.push(finding(run, `the summary after ${name} says ${says}`, summary));
  }
  const errors = run.stream.ofKind("error");
  if (!errors.some(({ value }) => value["category"] === "cancelled")) {
    found.push(finding(run, `no aoi:error of category cancelled after ${name}`, summary));
  }
  if (exitStatus(run) !== expected) {
    found.push(finding(run, `ended with ${endingText(run)} after ${name}, not ${expected}`));
  }
  found.push(...torn(run));
  return shown(...found);
}

function torn(run: Observation): Finding[] {
  const line = run.stream.problems.find(({ kind }) =>
    ["not-json", "no-final-newline", "not-utf8"].includes(kind),
  );
  return line === undefined ? [] : [finding(run, `a torn line: ${line.detail}`, line)];
}

function secondInterrupt(evidence: Evidence, run: Observation): Look {
  const reason = unheard(evidence, run);
  if (reason !== undefined) return unclear(reason);
  const base = wholeRun(evidence, run);
  const isDone = summaryOf(run.stream)?.value["ok"] === true;
  // Its last line may have been on its way when the signals came.
  if (
    isDone &&
    run.spec.stdout?.kind === "narrow" &&
    run.stream.resultCount === base?.stream.resultCount
  ) {
    return unclear("the command had done its work before it could heed the signals");
  }
  const found = torn(run);
  const [, second] = run.stream.ofKind("summary");
  if (second !== undefined) found.push(finding(run, "a second aoi:summary", second));
  const on = goneOn(evidence, run);
  if (on !== undefined) found.push(finding(run, `went on for ${on}`));
  const summary = summaryOf(run.stream);
  if (summary?.value["ok"] === true) found.push(finding(run, "the summary says ok:true", summary));
  return shown(...found);
}

function leftovers(evidence: Evidence, run: Observation): Look {
  if (run.sent.length === 0) return unclear(unheard(evidence, run) ?? "no signal was sent");
  if (run.timedOut) return unclear("the command did not end after SIGTERM");
  const found: Finding[] = run.survivors
    .slice(0, 3)
    .map((command) => finding(run, `a process lives on: ${command.slice(0, 100)}`));
  const usual = new Set(
    evidence.runs("base").flatMap((base) => (base.changes ?? []).map((change) => change.path)),
  );
  const left = (run.changes ?? []).filter(({ kind, path }) => kind === "added" && !usual.has(path));
  for (const { path } of left.slice(0, 3)) found.push(finding(run, `left behind: ${path}`));
  return shown(...found);
}
