import type { Observation } from "../runner/observation.ts";
import type { RunSpec, StdoutMode } from "../runner/run-spec.ts";
import { hasScript } from "../runner/what-is-here.ts";
import { capabilityOf } from "../rules/capability.ts";
import { discoveredObject } from "../rules/discovered.ts";
import { toolArgv, withArguments } from "../target.ts";
import { readsStandardInput } from "../upstream.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "./probe.ts";
import { notRun, ran } from "./probe.ts";

/**
 * The command as it is, once; every other probe starts from what it shows. A command that says of itself that
 * it changes things is not run unless that is allowed.
 */
export const base: Probe = async (context) => {
  const { argv, deadlineMs, allowWrites } = context.target;
  const told = allowWrites ? undefined : await context.outcome("capabilities");
  const [document] = told?.kind === "ran" ? told.runs : [];
  const capability = document && capabilityOf(discoveredObject(document), context.target);
  if (capability?.["read_only"] === false) {
    return notRun(
      `capabilities say that "${String(capability["name"])}" changes things; --allow-writes lets it run, many times, each in a copy of the working folder`,
    );
  }
  return ran(await context.run({ label: "as given", argv, deadlineMs, watchFiles: true }));
};

/** The base run, or why nothing else can be tried. */
export async function usableBase(
  context: ProbeContext,
): Promise<{ readonly run: Observation } | { readonly outcome: ProbeOutcome }> {
  const outcome = await context.outcome("base");
  if (outcome.kind === "not_run") return { outcome };
  const [run] = outcome.runs;
  if (run === undefined) return { outcome: notRun("the command was not run") };
  if (run.timedOut) {
    return {
      outcome: notRun(
        `the command did not end within ${context.target.deadlineMs} ms; name one that ends, or a longer --deadline`,
      ),
    };
  }
  return { run };
}

/** Time a run like the base may take before something is wrong with it, on a machine that may be busy. */
export function budgetMs(context: ProbeContext, run: Observation): number {
  return Math.min(context.target.deadlineMs, run.durationMs * 5 + 4000);
}

/** A probe that runs the command once more under another condition. */
function variant(label: string, change: Partial<RunSpec>): Probe {
  return async (context) => {
    const found = await usableBase(context);
    if ("outcome" in found) return found.outcome;
    const { argv } = context.target;
    const deadlineMs = budgetMs(context, found.run);
    return ran(await context.run({ label, argv, deadlineMs, ...change }));
  };
}

export const again: Probe = variant("a second time", {});
export const file: Probe = variant("into a file", { stdout: { kind: "file" } });

export const forcedColour: Probe = variant("with colour forced by the environment", {
  env: { FORCE_COLOR: "1", CLICOLOR_FORCE: "1", COLORTERM: "truecolor" },
});

export const terminal: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  if (readsStandardInput(context.target.argv)) {
    return notRun("the command reads a stream, which a terminal would echo into its output");
  }
  if (!(await hasScript())) {
    return notRun('no pseudo-terminal: "script" of util-linux is not installed');
  }
  return ran(
    await context.run({
      label: "on a terminal",
      argv: context.target.argv,
      deadlineMs: budgetMs(context, found.run),
      stdout: { kind: "terminal" },
      stdin: { kind: "silent" },
    }),
  );
};

/** Nobody reads until the tool waits for its reader: what an early exit would lose is lost here. */
export const narrowPipe: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  return ran(
    await context.run(narrowed(context, found.run, "nobody reads until it waits", 0, "read")),
  );
};

/** A run whose pipe has room for the first so many events of the base run. */
export function narrowed(
  context: ProbeContext,
  run: Observation,
  label: string,
  events: number,
  onceQuiet: Extract<StdoutMode, { kind: "narrow" }>["onceQuiet"],
): RunSpec {
  const last = run.stream.events[events];
  const roomBytes = events === 0 ? 16 : (last?.offset ?? run.stream.sizeBytes);
  return {
    label,
    argv: context.target.argv,
    deadlineMs: budgetMs(context, run) + 8000,
    stdout: { kind: "narrow", roomBytes, onceQuiet },
    settleMs: Math.min(run.durationMs, 3000),
  };
}

export const earlyClose: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const { argv, recipe } = context.target;
  const deadlineMs = budgetMs(context, found.run);
  const specs: RunSpec[] = [
    {
      label: "the reader closes before the first line",
      argv,
      deadlineMs,
      stdout: { kind: "closed", afterLines: 0 },
    },
  ];
  if (found.run.stream.eventCount > 1) {
    specs.push(narrowed(context, found.run, "the reader closes after the first line", 1, "close"));
  }
  if (recipe.large !== undefined) {
    specs.push({
      label: "the reader closes in the middle of a large output",
      argv: toolArgv(context.target, recipe.large),
      deadlineMs: context.target.deadlineMs,
      stdout: { kind: "closed", afterLines: 3 },
    });
  }
  return ran(...(await Promise.all(specs.map((spec) => context.run(spec)))));
};

/** A flag nobody can know, so that every tool has one failure to show. */
export const unknownFlag = "--aoi-lint-unknown-flag";

export const badFlag: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  return ran(
    await context.run({
      label: "with an unknown flag",
      argv: withArguments(context.target.argv, [unknownFlag]),
      deadlineMs: budgetMs(context, found.run),
      about: { category: "usage" },
    }),
  );
};

/** The failures the recipe knows how to provoke, and the unknown flag. */
export const failures: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  const provoked = Object.entries(recipe.failures ?? {});
  if (provoked.length === 0) {
    return notRun('the recipe provokes no failures; add "failures" by category to aoi.lint.json');
  }
  const runs = provoked.map(([category, failure]) =>
    context.run({
      label: `provoked: ${category}`,
      argv: toolArgv(context.target, failure.argv),
      about: { category },
      deadlineMs,
      ...(failure.env === undefined ? {} : { env: failure.env }),
    }),
  );
  return ran(...(await Promise.all(runs)));
};

export const version: Probe = async (context) => {
  return ran(
    await context.run({
      label: "asked for its version",
      argv: toolArgv(context.target, ["--version"]),
      deadlineMs: Math.min(context.target.deadlineMs, 5000),
    }),
  );
};

/** Input nobody gives: the tool must not wait for an answer. */
export const stdin: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  if (readsInput(context, found.run)) {
    return notRun("the command reads a stream on standard input and may wait for it");
  }
  const { argv } = context.target;
  const deadlineMs = budgetMs(context, found.run);
  const runs = [
    context.run({
      label: "with standard input closed",
      argv,
      deadlineMs,
      stdin: { kind: "closed" },
    }),
    context.run({
      label: "with an open standard input nobody writes to",
      argv,
      deadlineMs,
      stdin: { kind: "silent" },
    }),
  ];
  return ran(...(await Promise.all(runs)));
};

function readsInput(context: ProbeContext, run: Observation): boolean {
  const meta = run.stream.ofKind("meta")[0];
  const declared = meta?.value["input_schemas"];
  return (
    readsStandardInput(context.target.argv) || (Array.isArray(declared) && declared.length > 0)
  );
}
