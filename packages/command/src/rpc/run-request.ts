import { TerminalError } from "@aomori/protocol";
import type { CommandModule } from "../command-handler.ts";
import type { CommandContext } from "../context.ts";
import { isRecord } from "../records.ts";
import { attempt, runParsed } from "../run-command.ts";
import type { EventSink } from "./line-output.ts";
import { inputLines } from "./input-events.ts";
import { LineOutput } from "./line-output.ts";
import { parseInput } from "./parse-input.ts";

export interface RequestRun {
  readonly module: CommandModule;
  readonly params: Readonly<Record<string, unknown>>;
  readonly context: CommandContext;
  readonly signal: AbortSignal;
  readonly sink: EventSink;
  readonly onStop?: () => void;
  readonly isEnough?: () => boolean;
}

export interface RequestEnd {
  readonly summary: Readonly<Record<string, unknown>>;
  /** Of a run that did not end well: the error it told last, if it told one. */
  readonly error?: Readonly<Record<string, unknown>>;
}

/** Runs a command for a request exactly as a batch run in `jsonl` does; its events go to the sink. */
export async function runRequest(run: RequestRun): Promise<RequestEnd> {
  const output = new LineOutput(run.sink);
  const { spec } = run.module;
  let lines: readonly string[] = [];
  const parsed = attempt(() => {
    lines = inputLines(spec, run.params);
    return parseInput(spec, run.params);
  });
  await runParsed({
    ...run.module,
    parsed,
    format: "jsonl",
    context: requestContext(run.context, output, lines),
    signal: run.signal,
    ...(run.onStop === undefined ? {} : { onStop: run.onStop }),
    ...(run.isEnough === undefined ? {} : { isEnough: run.isEnough }),
  });
  const summary = recordOf(output.summary);
  if (summary === undefined) {
    const message = `"${spec.name}" ended without a summary; this is a bug in the tool`;
    throw new TerminalError("internal", "ENDED_EARLY", message);
  }
  const error = summary["ok"] === true ? undefined : recordOf(output.lastError);
  return { summary, ...(error === undefined ? {} : { error }) };
}

/** The world of a request: nobody to ask, its own events to read, and its own place for events. */
function requestContext(
  context: CommandContext,
  output: LineOutput,
  lines: readonly string[],
): CommandContext {
  return {
    ...context,
    ownsProcess: false,
    stdin: {
      isTty: false,
      readText: async () => lines.join(""),
      bytes: async function* () {
        yield* lines;
      },
      ask: async () => "",
    },
    stdout: { output, isTty: false, columns: () => undefined, rows: () => undefined },
  };
}

function recordOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (line === "") return undefined;
  const value: unknown = JSON.parse(line);
  return isRecord(value) ? value : undefined;
}
