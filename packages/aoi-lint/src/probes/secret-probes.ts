import { plantedSecret } from "../rules/leaks.ts";
import type { RunSpec } from "../runner/run-spec.ts";
import { toolArgv, withArguments } from "../target.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { ran } from "./probe.ts";
import { budgetMs, unknownFlag, usableBase } from "./stream-probes.ts";

/** Looks like nothing else, and is another text in each encoding. */
const canary = "aoiLint/7Qx+W9z=Kd2&nB";
const about = { [plantedSecret]: canary };
const keepBytes = 8 * 1024 * 1024;

/** Where keys usually lie, and what makes tools talk. */
function plantedEnvironment(names: readonly string[] = []): Record<string, string> {
  const usual = [
    "API_KEY",
    "API_TOKEN",
    "AUTH_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "OPENAI_API_KEY",
    "PASSWORD",
    "SECRET_KEY",
  ];
  return {
    ...Object.fromEntries([...usual, ...names].map((name) => [name, canary])),
    DATABASE_URL: `postgres://user:${encodeURIComponent(canary)}@db.invalid/x`,
    LOG_LEVEL: "trace",
    DEBUG: "*",
    VERBOSE: "1",
  };
}

/** Secrets in the environment, and wherever the recipe plants them. */
export const secrets: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const { recipe, argv } = context.target;
  const { secrets: planted } = recipe;
  const deadlineMs = budgetMs(context, found.run);
  const env = plantedEnvironment(planted?.env);
  const specs: RunSpec[] = [
    { label: "with secrets in the environment", argv, env, about, deadlineMs, keepBytes },
  ];
  if (planted !== undefined && (planted.argv ?? planted.stdin ?? planted.files) !== undefined) {
    const files: Record<string, string> = {};
    for (const [path, text] of Object.entries(planted.files ?? {})) files[path] = fill(text);
    specs.push({
      label: "with the recipe's secrets",
      argv: planted.argv === undefined ? argv : toolArgv(context.target, planted.argv.map(fill)),
      env,
      about: { ...about, ...(planted.argv === undefined ? {} : { inArguments: "yes" }) },
      deadlineMs: context.target.deadlineMs,
      keepBytes,
      files,
      ...(planted.stdin === undefined
        ? {}
        : { stdin: { kind: "text" as const, text: fill(planted.stdin) } }),
    });
  }
  return ran(...(await Promise.all(specs.map((spec) => context.run(spec)))));
};

function fill(text: string): string {
  return text.replaceAll("{secret}", canary);
}

/** A flag whose name says that it carries a secret; a tool that does not know it must not repeat its value either. */
export const secretArgument: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  return ran(
    await context.run({
      label: "with a secret on the command line",
      argv: withArguments(context.target.argv, [`--api-key=${canary}`]),
      about,
      deadlineMs: budgetMs(context, found.run),
      keepBytes,
    }),
  );
};

/** Failures, told as loudly as the environment can make a tool, with secrets around. */
export const secretFailures: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const { recipe, deadlineMs, argv } = context.target;
  const env = plantedEnvironment(recipe.secrets?.env);
  const specs: RunSpec[] = [
    {
      label: "an unknown flag with secrets in the environment",
      argv: withArguments(argv, [unknownFlag]),
      env,
      about,
      deadlineMs: budgetMs(context, found.run),
      keepBytes,
    },
    ...provoked(context, env).map((spec) => ({ ...spec, about, deadlineMs, keepBytes })),
  ];
  return ran(...(await Promise.all(specs.map((spec) => context.run(spec)))));
};

function provoked(
  context: ProbeContext,
  env: Record<string, string>,
): Pick<RunSpec, "label" | "argv" | "env">[] {
  return Object.entries(context.target.recipe.failures ?? {}).map(([category, failure]) => ({
    label: `provoked: ${category}, with secrets in the environment`,
    argv: toolArgv(context.target, failure.argv),
    env: { ...env, ...failure.env },
  }));
}
