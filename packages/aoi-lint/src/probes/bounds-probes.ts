import { capabilityOf, isFields } from "../rules/capability.ts";
import { discoveredObject } from "../rules/discovered.ts";
import type { Observation } from "../runner/observation.ts";
import { summaryOf } from "../runner/stream.ts";
import { toolArgv, withArguments } from "../target.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";
import { budgetMs, usableBase } from "./stream-probes.ts";

const sizes = [0, 1, 2, 50];
const maxPages = 60;

/** The command without a limit or cursor of its own, to which a limit is put. */
function unlimitedArgv(context: ProbeContext): readonly string[] {
  const { recipe, argv } = context.target;
  if (recipe.limit?.argv !== undefined) return toolArgv(context.target, recipe.limit.argv);
  return withoutFlag(withoutFlag(argv, limitFlag(context)), cursorFlag(context));
}

function limitFlag(context: ProbeContext): string {
  return context.target.recipe.limit?.flag ?? "--limit";
}

function cursorFlag(context: ProbeContext): string {
  return context.target.recipe.cursor?.flag ?? "--cursor";
}

function withoutFlag(argv: readonly string[], flag: string): string[] {
  return argv.filter(
    (word, index) => word !== flag && argv[index - 1] !== flag && !word.startsWith(`${flag}=`),
  );
}

/** The command without a limit, then with each of a few; the first run has no `limit` in its `about`. */
export const limits: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const argv = unlimitedArgv(context);
  const deadlineMs = budgetMs(context, found.run);
  const withLimit = async (size: number): Promise<Observation> =>
    context.run({
      label: `with ${limitFlag(context)} ${size}`,
      argv: withArguments(argv, [limitFlag(context), String(size)]),
      about: { limit: String(size) },
      deadlineMs,
    });
  const one = await withLimit(1);
  const refused = one.stream.ofKind("error").some(({ value }) => value["category"] === "usage");
  if (refused || (one.stream.eventCount === 0 && one.ending.kind === "exited")) {
    return notRun(`the command takes no ${limitFlag(context)}`);
  }
  const runs = await Promise.all([
    context.run({ label: "without a limit", argv, deadlineMs }),
    ...sizes.filter((size) => size !== 1).map(withLimit),
  ]);
  return ran(...runs, one);
};

/** The cursor a summary hands back, whatever its name. */
export function cursorIn(run: Observation, field: string): string | undefined {
  const summary = summaryOf(run.stream)?.value;
  const value = summary?.[field] ?? summary?.["next_cursor"] ?? summary?.["cursor"];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Pages of a third of the whole, one after another, until no cursor comes back. */
export const pages: Probe = async (context) => {
  const limited = await context.outcome("limits");
  if (limited.kind === "not_run") return limited;
  const field = context.target.recipe.cursor?.field ?? "next_cursor";
  if (!limited.runs.some((run) => cursorIn(run, field) !== undefined)) {
    return notRun("no truncated answer handed back a cursor");
  }
  const whole = limited.runs[0]?.stream.resultCount ?? 0;
  const size = Math.max(1, Math.ceil(whole / 3));
  const seen: Observation[] = [];
  let cursor: string | undefined;
  const tried = new Set<string>();
  do {
    const at = cursor === undefined ? [] : [cursorFlag(context), cursor];
    const page = await context.run({
      label: `page ${seen.length + 1} of ${size}`,
      argv: withArguments(unlimitedArgv(context), [limitFlag(context), String(size), ...at]),
      deadlineMs: context.target.deadlineMs,
    });
    seen.push(page);
    if (cursor !== undefined) tried.add(cursor);
    cursor = cursorIn(page, field);
  } while (cursor !== undefined && !tried.has(cursor) && seen.length < maxPages);
  return ran(...seen);
};

export const badCursor: Probe = async (context) => {
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const limited = await context.outcome("limits");
  const told = await context.outcome("capabilities");
  const [document] = told.kind === "ran" ? told.runs : [];
  const capability = document && capabilityOf(discoveredObject(document), context.target);
  const field = context.target.recipe.cursor?.field ?? "next_cursor";
  const handed =
    limited.kind === "ran" && limited.runs.some((run) => cursorIn(run, field) !== undefined);
  const supports = isFields(capability) && capability["supports_cursor"] === true;
  if (!handed && !supports && context.target.recipe.cursor === undefined) {
    return notRun("nothing says that the command takes a cursor");
  }
  const cursor = "!aoi-lint-no-cursor!";
  return ran(
    await context.run({
      label: "with a cursor nobody gave",
      argv: withArguments(unlimitedArgv(context), [cursorFlag(context), cursor]),
      deadlineMs: budgetMs(context, found.run),
    }),
  );
};

export const defaultLimit: Probe = async (context) => {
  const { recipe, deadlineMs } = context.target;
  if (recipe.defaultLimit === undefined) {
    return notRun('the recipe names no long list; add "default_limit" to aoi.lint.json');
  }
  const { argv, atMost } = recipe.defaultLimit;
  return ran(
    await context.run({
      label: "a long list without a limit",
      argv: toolArgv(context.target, argv),
      about: { atMost: String(atMost) },
      deadlineMs,
    }),
  );
};
