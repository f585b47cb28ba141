import { capabilityOf } from "../rules/capability.ts";
import { discoveredObject } from "../rules/discovered.ts";
import type { Arguments } from "../recipe.ts";
import { toolArgv, withArguments } from "../target.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";

const notIsolated =
  'the working folder cannot be copied (too large, or the folder for temporary files is in it), so nothing can be said about files; name a small one as "fixture" in aoi.lint.json';

async function capability(
  context: ProbeContext,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const told = await context.outcome("capabilities");
  const [document] = told.kind === "ran" ? told.runs : [];
  return document && capabilityOf(discoveredObject(document), context.target);
}

export const dryRun: Probe = async (context) => {
  const { recipe, deadlineMs, argv } = context.target;
  if (!context.isolates) return notRun(notIsolated);
  const supports = (await capability(context))?.["supports_dry_run"] === true;
  const own = recipe.dryRun === undefined ? undefined : toolArgv(context.target, recipe.dryRun);
  const derived = supports ? withArguments(argv, ["--dry-run"]) : undefined;
  const line = own ?? derived;
  if (line === undefined) {
    return notRun('no dry run is known; add "dry_run" to aoi.lint.json');
  }
  return ran(await context.run({ label: "a dry run", argv: line, deadlineMs, watchFiles: true }));
};

const confirmations: readonly string[] = ["--yes", "-y", "--confirm", "--force", "-f"];

export const unconfirmed: Probe = async (context) => {
  const { recipe, deadlineMs, argv, allowWrites } = context.target;
  if (!context.isolates) return notRun(notIsolated);
  let line =
    recipe.destructive === undefined ? undefined : toolArgv(context.target, recipe.destructive);
  if (line === undefined && allowWrites) {
    const needs = (await capability(context))?.["requires_confirm"] === true;
    if (needs) line = argv.filter((word) => !confirmations.includes(word));
  }
  if (line === undefined) {
    return notRun('no destructive command is known; add "destructive" to aoi.lint.json');
  }
  return ran(
    await context.run({
      label: "a destructive command without confirmation",
      argv: line,
      deadlineMs,
      watchFiles: true,
    }),
  );
};

/** The plan, then what was planned, in the same sandbox. */
export const planAndApply: Probe = async (context) => {
  const { recipe } = context.target;
  if (!context.isolates) return notRun(notIsolated);
  if (recipe.apply === undefined || recipe.dryRun === undefined) {
    return notRun('no plan with its real run is known; add "dry_run" and "apply" to aoi.lint.json');
  }
  return inOneSandbox(context, [
    ["the plan", recipe.dryRun],
    ["what was planned", recipe.apply],
  ]);
};

export const sameKey: Probe = async (context) => {
  const { idempotent } = context.target.recipe;
  if (idempotent === undefined) {
    return notRun('no command with an idempotency key is known; add "idempotent" to aoi.lint.json');
  }
  return inOneSandbox(context, [
    ["with an idempotency key", idempotent.argv],
    ["with the same key again", idempotent.argv],
  ]);
};

export const otherArgumentsSameKey: Probe = async (context) => {
  const { idempotent } = context.target.recipe;
  if (idempotent?.conflicting === undefined) {
    return notRun('no other arguments for the same key are known; add "idempotent.conflicting"');
  }
  return inOneSandbox(context, [
    ["with an idempotency key", idempotent.argv],
    ["with the same key and other arguments", idempotent.conflicting],
  ]);
};

async function inOneSandbox(
  context: ProbeContext,
  steps: readonly (readonly [label: string, argv: Arguments])[],
): ReturnType<Probe> {
  const { deadlineMs } = context.target;
  const specs = steps.map(([label, argv]) => ({
    label,
    argv: toolArgv(context.target, argv),
    deadlineMs,
    watchFiles: true,
  }));
  return ran(...(await context.runInOrder(specs)));
}
