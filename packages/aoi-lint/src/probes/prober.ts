import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { runChild } from "@aomori/system";
import { UserError } from "@aomori/protocol";
import type { EnvironmentOptions } from "../runner/environment.ts";
import { scrubbedEnvironment } from "../runner/environment.ts";
import type { FifoMaker } from "../runner/fifo.ts";
import type { Observation } from "../runner/observation.ts";
import { observe } from "../runner/observe.ts";
import type { RunSpec, StdinMode } from "../runner/run-spec.ts";
import type { Sandbox, SandboxMaker } from "../runner/sandbox.ts";
import type { ScanLimits } from "../runner/stream-scanner.ts";
import type { Watchdog } from "../runner/watchdog.ts";
import type { Target } from "../target.ts";
import { inputOf, readsStandardInput, upstreamOf } from "../upstream.ts";
import type { ProbeContext, ProbeName, ProbeOutcome } from "./probe.ts";
import { probes } from "./table.ts";

export interface ProberOptions {
  readonly target: Target;
  readonly sandboxes: SandboxMaker;
  readonly fifos: FifoMaker;
  readonly watchdog?: Watchdog;
  readonly environment: EnvironmentOptions;
  readonly limits?: ScanLimits;
  readonly signal?: AbortSignal;
  /** Given in place of running anything. */
  readonly recorded?: ReadonlyMap<ProbeName, ProbeOutcome>;
}

/** Runs probes when they are first asked for, each once, and not more runs at a time than the machine bears. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #outcomes = new Map<ProbeName, Promise<ProbeOutcome>>();
  readonly #waiting: (() => void)[] = [];
  // Most runs wait for a pipe or a deadline for part of their time.
  #free = availableParallelism() + 1;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  async outcome(name: ProbeName): Promise<ProbeOutcome> {
    const known = this.#outcomes.get(name);
    if (known !== undefined) return known;
    const { recorded } = this.#options;
    const started =
      recorded === undefined
        ? probes[name](this.#context())
        : Promise.resolve(recorded.get(name) ?? notRecorded);
    this.#outcomes.set(name, started);
    return started;
  }

  #context(): ProbeContext {
    const { target, sandboxes } = this.#options;
    return {
      target,
      isolates: sandboxes.isolates,
      run: async (spec) => this.#inTurn(async () => this.#run(spec, await this.#sandbox())),
      runInOrder: async (specs) =>
        this.#inTurn(async () => {
          const sandbox = await this.#sandbox();
          const seen: Observation[] = [];
          for (const spec of specs) seen.push(await this.#run(spec, sandbox));
          return seen;
        }),
      outcome: async (name) => this.outcome(name),
    };
  }

  async #run(spec: RunSpec, sandbox: Sandbox): Promise<Observation> {
    const { fifos, watchdog, environment, limits, signal } = this.#options;
    await writeFiles(sandbox, spec.files);
    const place = {
      sandbox,
      fifos,
      environment,
      ...(limits === undefined ? {} : { limits }),
      ...(watchdog === undefined ? {} : { watchdog }),
    };
    return observe({ stdin: this.#stdinOf(spec), ...spec }, place, signal);
  }

  /** A command that reads a stream gets a good one, unless the run is about its input. */
  #stdinOf({ argv }: RunSpec): StdinMode {
    const { recipe, tool } = this.#options.target;
    if (!readsStandardInput(argv)) return { kind: "null" };
    return { kind: "text", text: upstreamOf(inputOf(recipe, argv.slice(tool.length))).good };
  }

  /** A fresh sandbox in which the recipe's set-up has run. */
  async #sandbox(): Promise<Sandbox> {
    const { sandboxes, target, environment, signal } = this.#options;
    const sandbox = await sandboxes.make();
    for (const argv of target.recipe.setup ?? []) {
      const result = await runChild(argv, {
        cwd: sandbox.cwd,
        env: scrubbedEnvironment(environment, sandbox),
        deadlineMs: 30_000,
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.exitCode !== 0) {
        throw new UserError(
          "usage",
          "SETUP_FAILED",
          `the recipe's set-up command ${argv.join(" ")} ended with ${result.exitCode ?? result.signal ?? "nothing"}: ${result.stderr.slice(0, 400)}`,
        );
      }
    }
    return sandbox;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      this.#options.signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

async function writeFiles(sandbox: Sandbox, files: RunSpec["files"] = {}): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith("~/")
      ? join(sandbox.home, name.slice(2))
      : join(sandbox.cwd, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

const notRecorded: ProbeOutcome = {
  kind: "not_run",
  reason: "a recorded stream was read and nothing was run",
};
