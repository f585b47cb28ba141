import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { parseScenario, startModelServer } from "@aomori/testkit";
import type { ModelServer, ScenarioInput } from "@aomori/testkit";
import { onTestFinished } from "vitest";

import type { AgentRun, AgentRunRequest, ModelChoice } from "../src/index.ts";
import type { StepDraft } from "@aomori/contract";

let runs = 0;

/** A real, empty directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "aomori-agents-")));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function worktreeWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

type Work = NonNullable<NonNullable<ScenarioInput["tasks"]>[number]["implementation"]>[number];

/** A model server that plays one task, "the task", in every mode. */
export async function serverPlaying(
  script: Work,
  more: Partial<ScenarioInput> = {},
): Promise<ModelServer> {
  return serverWith({
    tasks: [{ title: "the task", implementation: [script], exploration: [script] }],
    ...more,
  });
}

export async function serverWith(scenario: Omit<ScenarioInput, "name">): Promise<ModelServer> {
  const server = await startModelServer({
    scenario: parseScenario({ name: "test", ...scenario }, "the test"),
  });
  onTestFinished(() => server.close());
  return server;
}

export function anthropicAt(server: ModelServer): ModelChoice {
  return { provider: "anthropic", model: "claude-test", baseUrl: server.url };
}

export function requestFor(
  worktree: string,
  model: ModelChoice | null,
  more: Partial<AgentRunRequest> = {},
): AgentRunRequest {
  runs += 1;
  const mode = more.mode ?? "implementation";
  return {
    agentId: `agent_${process.pid}t${runs}`,
    worktree,
    mode,
    system: "You are a careful engineer.",
    prompt: `Aomori-Title: the task\nAomori-Mode: ${mode}\nAomori-Attempt: 1\n\nDo it.`,
    model,
    keys: {},
    ownedFiles: [],
    limits: {
      maxSteps: 20,
      maxOutputBytes: 20_000,
      commandTimeoutMs: 20_000,
      confinesCommands: true,
    },
    env: {},
    signal: new AbortController().signal,
    ...more,
  };
}

/** Reads a run's steps as they come; `all` ends with the run. */
export function follow(run: AgentRun): {
  readonly steps: readonly StepDraft[];
  readonly all: Promise<readonly StepDraft[]>;
  next(fits: (step: StepDraft) => boolean): Promise<StepDraft>;
} {
  const steps: StepDraft[] = [];
  const watchers = new Set<(step: StepDraft) => void>();
  const read = async (): Promise<readonly StepDraft[]> => {
    for await (const step of run.steps) {
      steps.push(step);
      for (const watch of watchers) watch(step);
    }
    return steps;
  };
  return {
    steps,
    all: read(),
    async next(fits): Promise<StepDraft> {
      const seen = steps.find(fits);
      if (seen !== undefined) return seen;
      return new Promise((resolve) => {
        const watch = (step: StepDraft): void => {
          if (!fits(step)) return;
          watchers.delete(watch);
          resolve(step);
        };
        watchers.add(watch);
      });
    },
  };
}

/** The user texts of a request's conversation, whatever the dialect. */
export function textOf(body: unknown): string {
  return JSON.stringify(body);
}

/** A PATH on which the pinned pi is found, and the pinned Node before any other. */
export const pathWithPi = [
  join(import.meta.dirname, "../../../node_modules/.bin"),
  process.env["PATH"] ?? "",
].join(delimiter);
