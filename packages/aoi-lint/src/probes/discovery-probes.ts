import { availableParallelism, loadavg } from "node:os";
import type { RunSpec } from "../runner/run-spec.ts";
import { canUnshare } from "../runner/what-is-here.ts";
import { toolArgv, withArguments } from "../target.ts";
import { discoveredObject } from "../rules/discovered.ts";
import { capabilityOf } from "../rules/capability.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { notRun, ran } from "./probe.ts";
import { budgetMs, usableBase } from "./stream-probes.ts";

const discoveryMs = 10_000;
const keepBytes = 16 * 1024 * 1024;

function discovery(context: ProbeContext, label: string, words: readonly string[]): RunSpec {
  return {
    label,
    argv: toolArgv(context.target, [...words, "--output", "json"]),
    deadlineMs: Math.min(discoveryMs, context.target.deadlineMs),
    keepBytes,
    watchFiles: true,
    // Of a busy machine nothing can be said about half a second.
    about: { busy: (loadavg()[0] ?? 0) / availableParallelism() > 1.5 ? "yes" : "no" },
  };
}

const declined = 'the recipe says "discovery": "none"';

export const capabilities: Probe = async (context) => {
  if (context.target.recipe.discovery === "none") return notRun(declined);
  return ran(await context.run(discovery(context, "capabilities", ["capabilities"])));
};

/** The schema of all events, and of the command alone. */
export const schema: Probe = async (context) => {
  if (context.target.recipe.discovery === "none") return notRun(declined);
  const found = await usableBase(context);
  if ("outcome" in found) return found.outcome;
  const command = found.run.stream.ofKind("meta")[0]?.value["command"];
  const words =
    typeof command === "string" && command !== "" ? ["schema", "--command", command] : ["schema"];
  return ran(await context.run(discovery(context, "schema of the command", words)));
};

/** Discovery with nothing in the environment but the search path. */
export const bareDiscovery: Probe = async (context) => {
  const found = await context.outcome("capabilities");
  if (found.kind === "not_run") return found;
  const { env = {}, passEnv = [] } = context.target.recipe;
  const names = [...Object.keys(env), ...passEnv, "LANG", "TZ", "USER", "LOGNAME", "SHELL", "TERM"];
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
  const spec = discovery(context, "capabilities with an empty environment", ["capabilities"]);
  return ran(await context.run({ ...spec, env: nothing }));
};

export const offlineDiscovery: Probe = async (context) => {
  const found = await context.outcome("capabilities");
  if (found.kind === "not_run") return found;
  if (!(await canUnshare())) {
    return notRun("no network namespace of one's own is allowed here (unshare -rn)");
  }
  const spec = discovery(context, "capabilities without a network", ["capabilities"]);
  return ran(await context.run({ ...spec, withoutNetwork: true }));
};

/** Every flag the capabilities promise for the command, tried without doing anything. */
export const declaredFlags: Probe = async (context) => {
  const found = await context.outcome("capabilities");
  if (found.kind === "not_run") return found;
  const base = await usableBase(context);
  const [run] = found.runs;
  const capability = run && capabilityOf(discoveredObject(run), context.target);
  if (capability === undefined) return notRun("capabilities do not tell of this command");
  const dryRun = capability["supports_dry_run"] === true ? ["--dry-run"] : [];
  const readOnly = capability["read_only"] === true;
  const promised: [string, readonly string[]][] = [];
  if (dryRun.length > 0) promised.push(["supports_dry_run", dryRun]);
  if (capability["supports_cursor"] === true) {
    promised.push(["supports_cursor", [context.target.recipe.cursor?.flag ?? "--cursor", "x"]]);
  }
  if (capability["supports_idempotency_key"] === true && (readOnly || dryRun.length > 0)) {
    promised.push(["supports_idempotency_key", ["--idempotency-key", "aoi-lint", ...dryRun]]);
  }
  if (promised.length === 0) return notRun("capabilities promise no flag that could be tried");
  const deadlineMs = "run" in base ? budgetMs(context, base.run) : discoveryMs;
  const runs = promised.map(([promise, flags]) =>
    context.run({
      label: `${promise} tried`,
      argv: withArguments(context.target.argv, flags),
      about: { promise, flag: flags[0] ?? "" },
      deadlineMs,
    }),
  );
  return ran(...(await Promise.all(runs)));
};
