import { createReadStream } from "node:fs";
import { UserError } from "@aomori/protocol";
import type { Check } from "./lint.ts";
import { judge } from "./lint.ts";
import type { ProbeName, ProbeOutcome } from "./probes/probe.ts";
import { Prober } from "./probes/prober.ts";
import type { Profile } from "./profile.ts";
import { chooseRules } from "./profile.ts";
import { rules } from "./rules/table.ts";
import { FifoMaker } from "./runner/fifo.ts";
import type { Observation } from "./runner/observation.ts";
import { SandboxMaker } from "./runner/sandbox.ts";
import { shellWord } from "./runner/shell-text.ts";
import type { ScanLimits } from "./runner/stream-scanner.ts";
import { StreamScanner } from "./runner/stream-scanner.ts";

export interface ReplayOptions {
  /** A file with a tool's standard output. */
  readonly path: string;
  /** The exit status that belongs to it, when it is known. */
  readonly exitCode?: number;
  readonly profile?: Profile;
  readonly rules?: readonly string[];
  readonly skip?: readonly string[];
  readonly limits?: ScanLimits;
  readonly signal?: AbortSignal;
}

/**
 * Judges a recorded stream without running anything: rules that need a run are not verified.
 * Throws RECORDING_NOT_FOUND.
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<Check, void, undefined> {
  const { profile = "core", limits } = options;
  const run = await readRecording(options);
  const chosen = chooseRules(rules, {
    profile,
    ...(options.rules === undefined ? {} : { only: options.rules }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
  });
  const recorded = new Map<ProbeName, ProbeOutcome>([["base", { kind: "ran", runs: [run] }]]);
  const target = { argv: [], tool: [], recipe: {}, allowWrites: false, deadlineMs: 0 };
  await using sandboxes = await SandboxMaker.empty();
  const prober = new Prober({
    target,
    sandboxes,
    fifos: new FifoMaker(sandboxes.folder),
    environment: { parent: {} },
    recorded,
    ...(limits === undefined ? {} : { limits }),
  });
  for (const rule of chosen) {
    options.signal?.throwIfAborted();
    yield await judge(rule, prober, target);
  }
}

const headBytes = 64 * 1024;

async function readRecording({
  path,
  exitCode,
  limits,
  signal,
}: ReplayOptions): Promise<Observation> {
  const scanner = new StreamScanner(limits);
  const head: Buffer[] = [];
  let keptBytes = 0;
  try {
    for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal })) {
      if (!(chunk instanceof Buffer)) continue;
      scanner.push(chunk, 0);
      if (keptBytes < headBytes) head.push(chunk);
      keptBytes += chunk.length;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new UserError(
      "not_found",
      "RECORDING_NOT_FOUND",
      `cannot read the recorded stream ${path}: ${String(cause)}`,
      { cause },
    );
  }
  return {
    spec: { label: "as given", argv: [], deadlineMs: 0 },
    reproduce: `cat ${shellWord(path)}`,
    stream: scanner.finish(0),
    head: Buffer.concat(head).subarray(0, headBytes).toString("utf8"),
    stderr: "",
    stderrBytes: 0,
    ending: exitCode === undefined ? { kind: "unknown" } : { kind: "exited", code: exitCode },
    timedOut: false,
    idleAtDeadline: false,
    durationMs: 0,
    firstLineMs: undefined,
    sent: [],
    wasBlocked: false,
    closedAtMs: undefined,
    survivors: [],
    changes: undefined,
    peakMemoryBytes: undefined,
  };
}
