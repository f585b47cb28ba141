import { join } from "node:path";

import type { StreamIdentity } from "@aomori/protocol";
import { errorBody, exitCodes, isCodedError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import type { Child } from "@aomori/system";

import { pluginsLayout } from "../installed/plugin-layout.ts";
import type { CoreCommand } from "./commands/allowed-command.ts";
import { CommandBudget } from "./commands/command-budget.ts";
import type { HostProgram } from "./commands/command-runner.ts";
import type { HostStream, RunEnding } from "./host-stream.ts";
import { errorLine } from "./host-stream.ts";
import type { InstalledPlugin } from "./installed-plugin.ts";
import { budgetVariable, secretValues } from "./launch.ts";
import type { DispatchLimits } from "./limits.ts";
import { defaultLimits } from "./limits.ts";
import { PluginRun } from "./plugin-run.ts";
import { RunRecord, newRunId } from "./runs/run-record.ts";
import { depthOf, foreverMs } from "./start-plugin.ts";
import type { PluginStart, StartOptions } from "./start-plugin.ts";

export interface DispatchOptions extends StartOptions {
  readonly stream: HostStream;
  readonly identity: Pick<StreamIdentity, "toolVersion">;
  readonly host: HostProgram;
  readonly coreCommands: readonly CoreCommand[];
  /** Its reason, where it is the name of a signal, decides the status: 130, 143 or 129. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<DispatchLimits>;
}

/**
 * Runs a plugin that was started with the same options behind its protocol and resolves with the status to end with: the plugin's own, 128 + n after a signal, 1 after
 * its fatal error, 124 after the deadline, and that of the error where the host could not or would not run it. Whatever
 * happens, the stream is ended.
 */
export async function dispatchPlugin(
  start: PluginStart,
  options: DispatchOptions,
): Promise<number> {
  const { stream } = options;
  void stream.begin();
  const ending = await run(start, options).catch((error: unknown): RunEnding => {
    if (!isCodedError(error)) throw error;
    return { exitCode: exitCodes[error.category], error };
  });
  await stream.end(ending);
  return stream.output.failure?.exitCode ?? ending.exitCode;
}

async function run(start: PluginStart, options: DispatchOptions): Promise<RunEnding> {
  const { env, args, cwd, stream, pluginsDirectory } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (start.kind === "not_found") throw start.error;
  using held = start.held;
  const { plugin } = held;
  const { runsDirectory } = pluginsLayout(pluginsDirectory);
  const record = new RunRecord({
    directory: runsDirectory,
    id: newRunId(Date.now()),
    plugin: plugin.name,
    version: plugin.version,
    argv: args,
    cwd,
    maxBytes: limits.recordBytes,
    keptRuns: limits.recordedRuns,
  });
  const outerBudget = env[budgetVariable];
  using budget = new CommandBudget(
    outerBudget ?? join(runsDirectory, `${record.id}.commands`),
    limits.commands,
    outerBudget === undefined,
  );
  let ran: Ran = { ending: { exitCode: exitCodes.internal }, commands: 0 };
  try {
    if (start.kind === "refused") throw start.error;
    ran = await runRecorded(options, start.child, { plugin, limits, record, budget });
  } catch (error) {
    const exitCode = isCodedError(error) ? exitCodes[error.category] : exitCodes.internal;
    ran = { ending: { exitCode, error }, commands: 0 };
    throw error;
  } finally {
    endRecord(record, ran);
    await tellUnrecorded(record, stream);
  }
  return ran.ending;
}

interface Ran {
  readonly ending: RunEnding;
  readonly commands: number;
}

interface RunParts {
  readonly plugin: InstalledPlugin;
  readonly limits: DispatchLimits;
  readonly record: RunRecord;
  readonly budget: CommandBudget;
}

async function runRecorded(options: DispatchOptions, child: Child, parts: RunParts): Promise<Ran> {
  const { env, cwd, stream } = options;
  const { plugin, limits, record, budget } = parts;
  const run = new PluginRun(
    {
      plugin,
      hostEnv: env,
      cwd,
      output: stream.output,
      sink: (lines, count) => {
        record.add(lines, count);
        return stream.lines(lines, count);
      },
      secrets: secretValues(plugin, env),
      host: options.host,
      hostVersion: options.identity.toolVersion,
      runId: record.id,
      rules: { coreCommands: options.coreCommands, declared: plugin.commands },
      budget,
      depth: depthOf(env),
      deadlineMs: options.deadlineMs ?? foreverMs,
      limits,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    child,
  );
  const ending = await run.finish();
  return { ending, commands: run.commandCount };
}

function endRecord(record: RunRecord, { ending, commands }: Ran): void {
  const { exitCode, signal, error } = ending;
  record.end({
    exit_code: exitCode,
    commands,
    ...(signal === undefined ? {} : { signal }),
    ...(error === undefined ? {} : { error_code: errorBody(error).code }),
  });
}

async function tellUnrecorded(record: RunRecord, stream: HostStream): Promise<void> {
  if (record.failure === undefined) return;
  const told = errorLine(ioError(record.failure, "this run was not recorded"), "warn", false);
  await stream.lines(Buffer.from(`${JSON.stringify(told)}\n`), 1);
}
