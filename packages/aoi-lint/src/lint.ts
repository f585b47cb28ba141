import { readBaseline } from "./baseline.ts";
import { evidenceOf } from "./probes/evidence.ts";
import type { ProbeName, ProbeOutcome } from "./probes/probe.ts";
import { Prober } from "./probes/prober.ts";
import type { Profile } from "./profile.ts";
import { chooseRules, familyOf } from "./profile.ts";
import type { Recipe } from "./recipe.ts";
import type { Certainty, Finding, Rule, Severity } from "./rule.ts";
import { rules } from "./rules/table.ts";
import { FifoMaker } from "./runner/fifo.ts";
import { SandboxMaker } from "./runner/sandbox.ts";
import type { ScanLimits } from "./runner/stream-scanner.ts";
import type { Target } from "./target.ts";
import { absoluteTool, toolWords } from "./target.ts";

/** One rule judged. */
export interface Check {
  /** `SUM-003`. */
  readonly rule: string;
  /** `SUM`. */
  readonly family: string;
  readonly title: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly verdict: "passed" | "failed" | "not_verified";
  /** Empty unless failed. */
  readonly findings: readonly Finding[];
  /** Why it was not verified. */
  readonly reason?: string;
}

export interface LintOptions {
  /** The command line to lint, as a shell would split it, asking for machine mode itself. */
  readonly argv: readonly string[];
  /** The folder it is run in: each run gets a copy, when it is small enough for one. */
  readonly cwd: string;
  /** The caller's environment; a tool sees little of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `core` when absent. */
  readonly profile?: Profile;
  /** Only these rules or families, whatever the profile. */
  readonly rules?: readonly string[];
  readonly skip?: readonly string[];
  readonly recipe?: Recipe;
  /** Run a command that changes things, many times. */
  readonly allowWrites?: boolean;
  /** How many of the words start the tool; found by looking when absent. */
  readonly toolWordCount?: number;
  /** Names of variables handed through to the tool. */
  readonly passEnvironment?: readonly string[];
  /** The user's home instead of an empty one. */
  readonly keepHome?: boolean;
  /** For one run; 20,000 when absent. */
  readonly deadlineMs?: number;
  readonly limits?: ScanLimits;
  readonly signal?: AbortSignal;
}

const defaultDeadlineMs = 20_000;

/**
 * Runs a command under many conditions and yields every rule of the profile with its verdict, in table order, each as
 * soon as its probes are done. Throws COMMAND_NOT_STARTED, UNKNOWN_RULE, SETUP_FAILED and the reason of an aborted `signal`.
 */
export async function* lint(options: LintOptions): AsyncGenerator<Check, void, undefined> {
  const { recipe = {}, profile = "core" } = options;
  const chosen = chooseRules(rules, {
    profile,
    ...(options.rules === undefined ? {} : { only: options.rules }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
  });
  const stop = new AbortController();
  const signal =
    options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  await using sandboxes = await SandboxMaker.open({ cwd: recipe.fixture ?? options.cwd });
  const target = await targetOf(options, recipe);
  const prober = new Prober({
    target,
    sandboxes,
    fifos: new FifoMaker(sandboxes.folder),
    environment: {
      parent: options.environment,
      pass: [...(recipe.passEnv ?? []), ...(options.passEnvironment ?? [])],
      set: recipe.env ?? {},
      keepHome: options.keepHome ?? recipe.keepHome ?? false,
    },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    signal,
  });
  const started = new Set(chosen.flatMap((rule) => rule.needs));
  const pending = [...started].map(async (name) => prober.outcome(name));
  try {
    for (const rule of chosen) yield await judge(rule, prober, target);
  } finally {
    stop.abort();
    // Whatever still runs is gone before its sandbox is.
    await Promise.allSettled(pending);
  }
}

/** Judges one rule once what it needs is there. */
export async function judge(rule: Rule, prober: Prober, target: Target): Promise<Check> {
  const outcomes = new Map<ProbeName, ProbeOutcome>();
  for (const name of rule.needs) outcomes.set(name, await prober.outcome(name));
  const verdict = rule.check(evidenceOf(target, outcomes));
  return {
    rule: rule.id,
    family: familyOf(rule.id),
    title: rule.title,
    severity: rule.severity,
    certainty: rule.certainty,
    verdict: verdict.kind,
    findings: verdict.kind === "failed" ? verdict.findings : [],
    ...(verdict.kind === "not_verified" ? { reason: verdict.reason } : {}),
  };
}

async function targetOf(options: LintOptions, recipe: Recipe): Promise<Target> {
  const { argv, cwd, toolWordCount, deadlineMs = defaultDeadlineMs } = options;
  const count = toolWordCount ?? toolWords(argv, cwd, recipe.tool);
  const tool = absoluteTool(argv.slice(0, count), cwd);
  return {
    argv: [...tool, ...argv.slice(count)],
    tool,
    recipe,
    allowWrites: options.allowWrites ?? recipe.allowWrites ?? false,
    deadlineMs,
    ...(recipe.baseline === undefined ? {} : { baseline: await readBaseline(recipe.baseline) }),
  };
}
