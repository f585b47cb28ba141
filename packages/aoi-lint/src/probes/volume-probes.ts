import type { RunSpec } from "../runner/run-spec.ts";
import { capabilityOf } from "../rules/capability.ts";
import { discoveredObject } from "../rules/discovered.ts";
import { toolArgv, withArguments } from "../target.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";
import { usableBase } from "./stream-probes.ts";

/** The recipe's large output into a file and into a pipe nobody reads at first. */
export const large: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  if (recipe.large === undefined) {
    return notRun('the recipe names no large output; add "large" to aoi.lint.json');
  }
  const argv = toolArgv(context.target, recipe.large);
  const specs: RunSpec[] = [
    { label: "a large output into a file", argv, deadlineMs, stdout: { kind: "file" } },
    {
      label: "a large output into a pipe nobody reads at first",
      argv,
      deadlineMs: deadlineMs + 8000,
      stdout: { kind: "narrow", roomBytes: 4096, onceQuiet: "read" },
    },
  ];
  return ran(...(await Promise.all(specs.map((spec) => context.run(spec)))));
};

export const slowReader: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  if (recipe.large === undefined) {
    return notRun('the recipe names no large output; add "large" to aoi.lint.json');
  }
  return ran(
    await context.run({
      label: "a large output to a slow reader",
      argv: toolArgv(context.target, recipe.large),
      deadlineMs,
      stdout: { kind: "slow", pauseMs: 50, forMs: 1500 },
    }),
  );
};

export const slowSource: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  if (recipe.slow === undefined) {
    return notRun('the recipe names no long operation; add "slow" to aoi.lint.json');
  }
  const argv = toolArgv(context.target, recipe.slow);
  return ran(await context.run({ label: "a long operation", argv, deadlineMs }));
};

/** The recipe's own, or its long operation with --timeout where capabilities know that flag. */
export const deadline: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  const slow = recipe.slow === undefined ? [] : toolArgv(context.target, recipe.slow);
  const known =
    recipe.deadline === undefined && slow.length > 0 && (await hasTimeout(context, slow));
  const derived = known ? withArguments(slow, ["--timeout", "300ms"]) : undefined;
  const argv = recipe.deadline === undefined ? derived : toolArgv(context.target, recipe.deadline);
  if (argv === undefined) {
    return notRun(
      'the recipe names no command with a short deadline; add "deadline" to aoi.lint.json',
    );
  }
  return ran(await context.run({ label: "past its own deadline", argv, deadlineMs }));
};

async function hasTimeout(context: ProbeContext, argv: readonly string[]): Promise<boolean> {
  const told = await context.outcome("capabilities");
  const [document] = told.kind === "ran" ? told.runs : [];
  const target = { ...context.target, argv };
  const flags = (document && capabilityOf(discoveredObject(document), target))?.["global_flags"];
  return Array.isArray(flags) && flags.includes("timeout");
}

export const heartbeat: Probe = async (context) => {
  const { unbounded } = context.target.recipe;
  if (unbounded === undefined) {
    return notRun('the recipe names no unbounded command; add "unbounded" to aoi.lint.json');
  }
  const found = await usableBase(context);
  const startMs = "run" in found ? found.run.durationMs * 2 : 0;
  return ran(
    await context.run({
      label: "an unbounded command for three heartbeats",
      argv: toolArgv(context.target, unbounded.argv),
      deadlineMs: Math.round(unbounded.heartbeatMs * 3.5 + startMs + 500),
    }),
  );
};
