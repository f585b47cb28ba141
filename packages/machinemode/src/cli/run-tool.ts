import type { Emitter, ErrorCategory } from "@aomori/protocol";
import {
  createEmitter,
  createOutput,
  createRedactor,
  errorBody,
  exitCodes,
  installProcessHooks,
  signalExitCodes,
} from "@aomori/protocol";
import type { Adapter } from "../adapter.ts";
import type { WrapperOptions } from "../running/options.ts";
import type { AdapterFolders } from "../resolve-adapter.ts";
import { resolveAdapter } from "../resolve-adapter.ts";
import type { ToolRecord } from "../record.ts";
import { runSignal, runWrapped } from "../running/run-wrapped.ts";
import { identity } from "../identity.ts";
import type { Invocation } from "./parse-options.ts";
import { parseInvocation, takeTrailing, withoutTrailingOutput } from "./parse-options.ts";
import { refuseLostBytes } from "./argument-bytes.ts";
import { environmentSecrets, secretsIn } from "./secrets.ts";

/** What the entry file knows of the world outside. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly folders: AdapterFolders;
}

/** Runs one wrapped tool and takes over the process's signals for good; resolves with the exit status to end it with, never rejects. */
export async function runTool(words: readonly string[], host: Host): Promise<number> {
  const invocation = attempt(() => {
    refuseLostBytes(words);
    return parseInvocation(words);
  });
  const tool = "failure" in invocation ? firstWord(words) : (invocation.value.tool ?? "");
  const redactor = createRedactor({ secrets: secretsIn(words) });
  const stream = (command: string): Emitter<ToolRecord> => {
    const { name, version, schemaName, schemaVersion } = identity;
    const streamIdentity = { tool: name, toolVersion: version, schemaName, schemaVersion, command };
    return createEmitter<ToolRecord>({
      identity: streamIdentity,
      output: createOutput({ fd: 1 }),
      redactor,
    });
  };
  if ("failure" in invocation) return await refuse(stream(tool), words, invocation.failure);
  const resolved = await attemptAsync(() => adapterOf(invocation.value, host));
  if ("failure" in resolved) return await refuse(stream(tool), words, resolved.failure);
  const { adapter, argv, options } = resolved.value;
  if (adapter.source !== "native")
    for (const secret of environmentSecrets(host.env, redactor)) redactor.add(secret);
  const emitter = stream(adapter.name);
  const { signal, stop, end } = runSignal(options.timeoutMs);
  const hooks = installProcessHooks({
    stream: emitter,
    onSignal: (name) => {
      stop(name);
      return "stopping";
    },
  });
  await emitter.meta({ args: words, wrapped: adapter.name });
  const context = {
    cwd: host.cwd,
    env: host.env,
    dryRun: options.dryRun,
    yes: options.yes,
    signal,
  };
  const category = await runWrapped({ adapter, argv, options, emitter, context });
  end();
  // The hooks stay until the process ends: a second signal must not turn an honest end into a death.
  const { interruptedBy } = hooks;
  if (emitter.output.failure !== undefined) return emitter.output.failure.exitCode;
  // A signal that came while a summary with ok:true was on its way changes nothing any more.
  const isCut = interruptedBy !== undefined && category !== undefined;
  return isCut ? signalExitCodes[interruptedBy] : statusOf(category);
}

interface Resolved {
  readonly adapter: Adapter;
  readonly argv: readonly string[];
  readonly options: WrapperOptions;
}

async function adapterOf(
  { tool = "", argv, options }: Invocation,
  { folders }: Host,
): Promise<Resolved> {
  const plainArgv = withoutTrailingOutput(argv);
  const { adapterFiles: files, lines } = options;
  const adapter = await resolveAdapter({ tool, argv: plainArgv, files, folders, lines });
  if (adapter.ownsOutputFlag === true) return { adapter, argv, options };
  return {
    adapter,
    ...(adapter.takesTrailingOptions === true
      ? takeTrailing(options, plainArgv)
      : { argv: plainArgv, options }),
  };
}

function statusOf(category: ErrorCategory | undefined): number {
  return category === undefined ? 0 : exitCodes[category];
}

/** A call that cannot even begin is a stream too: meta, what was wrong, and an honest end. */
async function refuse(
  emitter: Emitter<ToolRecord>,
  words: readonly string[],
  failure: unknown,
): Promise<number> {
  installProcessHooks({ stream: emitter });
  await emitter.meta({ args: words });
  await emitter.error(failure);
  await emitter.summary();
  return emitter.output.failure?.exitCode ?? exitCodes[errorBody(failure).category];
}

function firstWord(words: readonly string[]): string {
  return words.find((word) => !word.startsWith("-")) ?? identity.name;
}

type Attempt<Value> = { readonly value: Value } | { readonly failure: unknown };

function attempt<Value>(work: () => Value): Attempt<Value> {
  try {
    return { value: work() };
  } catch (failure) {
    return { failure };
  }
}

async function attemptAsync<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await work() };
  } catch (failure) {
    return { failure };
  }
}
