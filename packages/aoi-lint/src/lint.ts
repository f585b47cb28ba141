import { UserError } from "@aomori/protocol";
import { readBaseline } from "./baseline.ts";
import { evidenceOf } from "./probes/evidence.ts";
import type { ProbeName, ProbeOutcome } from "./probes/probe.ts";
import type { ProberOptions } from "./probes/prober.ts";
import { Prober } from "./probes/prober.ts";
import type { Profile } from "./profile.ts";
import { chooseRules, familyOf } from "./profile.ts";
import type { Recipe } from "./recipe.ts";
import type { Certainty, Finding, Rule, Severity } from "./rule.ts";
import { discoveredObject } from "./rules/discovered.ts";
import { rules } from "./rules/table.ts";
import { FifoMaker } from "./runner/fifo.ts";
import { SandboxMaker } from "./runner/sandbox.ts";
import { metaOf } from "./runner/stream.ts";
import type { ScanLimits } from "./runner/stream-scanner.ts";
import { Watchdog } from "./runner/watchdog.ts";
import type { Baseline, Target } from "./target.ts";
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
  /** Told once who the tool says it is, if it does. */
  readonly onTool?: (tool: ToolName) => void;
}

export interface ToolName {
  readonly name: string;
  readonly version: string;
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
  await using watchdog = new Watchdog(sandboxes.folder);
  const settings = {
    ...(await proberOptions({ ...options, signal }, recipe, sandboxes)),
    watchdog,
  };
  const { target } = settings;
  const prober = new Prober(settings);
  const started = new Set(chosen.flatMap((rule) => rule.needs));
  const pending = [...started].map(async (name) => prober.outcome(name));
  try {
    const tool = toolName(await prober.outcome("base"));
    if (tool !== undefined) options.onTool?.(tool);
    for (const rule of chosen) yield await judge(rule, prober, target);
  } finally {
    stop.abort();
    // Whatever still runs is gone before its sandbox is.
    await Promise.allSettled(pending);
  }
}

/** Stores the schema a tool tells now, as the baseline of later runs; throws NO_SCHEMA when it tells none. */
export async function currentBaseline(options: LintOptions): Promise<Baseline> {
  const { recipe = {} } = options;
  await using sandboxes = await SandboxMaker.open({ cwd: recipe.fixture ?? options.cwd });
  await using watchdog = new Watchdog(sandboxes.folder);
  const settings = await proberOptions(options, recipe, sandboxes);
  const prober = new Prober({ ...settings, watchdog });
  const [base, schema] = [await prober.outcome("base"), await prober.outcome("schema")];
  const document = schema.kind === "ran" ? schema.runs.map(discoveredObject)[0] : undefined;
  const run = base.kind === "ran" ? base.runs[0] : undefined;
  const version = run && metaOf(run.stream)?.value["schema_version"];
  if (document !== undefined && typeof version === "string") {
    return { schemaVersion: version, schema: document };
  }
  throw new UserError(
    "not_found",
    "NO_SCHEMA",
    "the tool tells no schema to store: it needs schema --output json and aoi:meta with schema_version",
  );
}

async function proberOptions(
  options: LintOptions,
  recipe: Recipe,
  sandboxes: SandboxMaker,
): Promise<ProberOptions> {
  return {
    target: await targetOf(options, recipe),
    sandboxes,
    fifos: new FifoMaker(sandboxes.folder),
    environment: {
      parent: options.environment,
      pass: [...(recipe.passEnv ?? []), ...(options.passEnvironment ?? [])],
      set: recipe.env ?? {},
      keepHome: options.keepHome ?? recipe.keepHome ?? false,
    },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

function toolName(outcome: ProbeOutcome): ToolName | undefined {
  const run = outcome.kind === "ran" ? outcome.runs[0] : undefined;
  const meta = run && metaOf(run.stream)?.value;
  const [name, version] = [meta?.["tool"], meta?.["tool_version"]];
  return typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
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
