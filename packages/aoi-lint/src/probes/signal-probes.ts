import type { LintSignal, RunSpec } from "../runner/run-spec.ts";
import { toolArgv } from "../target.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";
import { narrowed, usableBase } from "./stream-probes.ts";

/**
 * Signals while the tool is certain to be at work: waiting for its reader after the first and second event,
 * and, when the recipe has commands for it, in the middle of a long and of a large output.
 */
function interrupted(
  signals: readonly LintSignal[],
  what: string,
  eventCounts: readonly number[],
  to: "group" | "leader" = "group",
): Probe {
  return async (context) => {
    const found = await usableBase(context);
    if ("outcome" in found) return found.outcome;
    const { run } = found;
    if (run.stream.eventCount === 0)
      return notRun("the command writes no event to interrupt after");
    const specs = eventCounts
      .filter((events) => events < run.stream.eventCount)
      .map((events): RunSpec => {
        const label = `${what} while waiting for its reader after event ${events}`;
        return { ...narrowed(context, run, label, events, "read"), signal: { signals, to } };
      });
    const all = [...specs, ...inTheMiddle(context, signals, what)].map((spec) => ({
      ...spec,
      signal: { ...spec.signal, signals, to },
      watchFiles: true,
    }));
    return ran(...(await Promise.all(all.map((spec) => context.run(spec)))));
  };
}

function inTheMiddle(
  context: ProbeContext,
  signals: readonly LintSignal[],
  what: string,
): RunSpec[] {
  const { recipe, deadlineMs } = context.target;
  const places = [
    { argv: recipe.slow, where: "in the middle of a long operation", afterLines: 2 },
    { argv: recipe.large, where: "in the middle of a large output", afterLines: 3 },
  ];
  return places.flatMap(({ argv, where, afterLines }) =>
    argv === undefined
      ? []
      : {
          label: `${what} ${where}`,
          argv: toolArgv(context.target, argv),
          deadlineMs,
          signal: { signals, afterLines },
        },
  );
}

export const interrupt: Probe = interrupted(["SIGINT"], "SIGINT", [1, 2]);
export const terminate: Probe = interrupted(["SIGTERM"], "SIGTERM", [1]);
/** To the first process alone: what it started is its own to end. */
export const terminateLeader: Probe = interrupted(
  ["SIGTERM"],
  "SIGTERM to the first process",
  [1],
  "leader",
);
export const interruptTwice: Probe = interrupted(["SIGINT", "SIGINT"], "SIGINT twice", [1]);
export const kill: Probe = interrupted(["SIGKILL"], "SIGKILL", [1]);
