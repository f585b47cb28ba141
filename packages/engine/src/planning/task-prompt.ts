import type { ExecutionModeName, TaskKindName, TestSummaryResource } from "@aomori/contract";
import { fenced, fencedList, oneLine } from "./fence.ts";
import { dataRule } from "./prompts.ts";
import type { Prompt } from "./prompts.ts";

interface AboutTask {
  readonly taskId: string;
  readonly title: string;
  readonly description: string;
  readonly specTitle: string;
  readonly acceptanceCriteria: readonly string[];
  readonly kind?: TaskKindName;
  /** Validation round or attempt, from 1. */
  readonly attempt?: number;
}

export interface TaskPromptInput extends AboutTask {
  readonly kind: TaskKindName;
  readonly mode: ExecutionModeName;
  readonly requirements: readonly { readonly id: string; readonly text: string }[];
  readonly ownedFiles: readonly string[];
  /** What the tasks it builds on left behind. */
  readonly dependencies: readonly {
    readonly id: string;
    readonly title: string;
    readonly result: string;
  }[];
  /** Why an earlier round was rejected, conflicting files, the output of a red gate. */
  readonly notes: readonly string[];
}

export interface ValidationPromptInput extends AboutTask {
  /** Unified diff of the work. */
  readonly diff: string;
  readonly testSummary: TestSummaryResource | null;
}

const maxDependencyResult = 2_000;
const maxTestOutput = 8_000;
const maxDiff = 40_000;

const modeRules: Readonly<Record<ExecutionModeName, readonly string[]>> = {
  implementation: [
    "Change the files, run the project's tests, and do not stop before they pass or you can say why they cannot.",
    "Stay within the files the task owns; touch another only where the task cannot be done otherwise, and say so.",
    "Do not commit: what you leave in the working copy is committed for you. Finish with a short account of what you did.",
  ],
  exploration: [
    "Read and run what you need, but change nothing: an exploration that leaves a changed file is refused.",
    "Finish with what you found, with paths and lines.",
  ],
  validation: [
    "You judge work that another agent did. Read it, run the tests, and change nothing.",
    "Reject what does not meet a criterion, breaks something or only seems to work; each reason says what to do about it.",
    'Finish with one JSON object and nothing after it: {"verdict":"pass","reasons":["…"]} or {"verdict":"fail","reasons":["…"]}.',
  ],
};

const kindRules: Readonly<Record<TaskKindName, readonly string[]>> = {
  planned: [],
  injected: [],
  resolution: [
    "Two branches changed the same lines. Resolve every conflict so that the intent of both sides is kept; drop neither side's text unless the other clearly replaces it. No conflict marker may remain.",
  ],
  repair: [
    "The tests fail after this task's branch was merged with others. Find the cause and mend it; do not weaken a test to make it pass.",
  ],
};

/** What an agent that does a task is told; the first lines name the task, its title, mode and kind. */
export function taskPrompt(input: TaskPromptInput): Prompt {
  const parts = [
    headOf(input, input.mode),
    `${kindRules[input.kind].join("\n")}\nThe task is one step of "${oneLine(input.specTitle)}".`.trim(),
    fenced("The task:", `${oneLine(input.title)}\n\n${input.description}`),
    ...fencedList(
      "Requirements it answers for:",
      input.requirements.map(({ id, text }) => `${id}: ${text}`),
    ),
    ...fencedList("It is done when:", input.acceptanceCriteria),
    ...fencedList("Files it owns:", input.ownedFiles),
    ...input.dependencies.map(({ id, title, result }) =>
      fenced(
        `${id} (${oneLine(title)}) is done and its work is in your copy. Its agent said:`,
        result,
        maxDependencyResult,
      ),
    ),
    ...fencedList("Heed this:", input.notes),
  ];
  return { system: systemOf(input.mode), prompt: parts.join("\n\n") };
}

/** What an agent that judges a task's work is told; its last words are read by `parseVerdict`. */
export function validationPrompt(input: ValidationPromptInput): Prompt {
  const parts = [
    headOf(input, "validation"),
    `The work is one step of "${oneLine(input.specTitle)}".`,
    fenced("The task was:", `${oneLine(input.title)}\n\n${input.description}`),
    ...fencedList("It is done when:", input.acceptanceCriteria),
    fenced("What was changed:", input.diff.trim() === "" ? "nothing" : input.diff, maxDiff),
    ...testParts(input.testSummary),
  ];
  return { system: systemOf("validation"), prompt: parts.join("\n\n") };
}

function headOf({ taskId, title, kind, attempt }: AboutTask, mode: ExecutionModeName): string {
  return [
    `Aomori-Task: ${taskId}`,
    `Aomori-Title: ${oneLine(title)}`,
    `Aomori-Mode: ${mode}`,
    ...(kind === undefined ? [] : [`Aomori-Kind: ${kind}`]),
    ...(attempt === undefined ? [] : [`Aomori-Attempt: ${attempt}`]),
  ].join("\n");
}

function systemOf(mode: ExecutionModeName): string {
  return [
    "You work on one task of a larger change, in your own working copy of the repository, as part of Aomori.",
    ...modeRules[mode],
    dataRule,
  ].join("\n");
}

function testParts(summary: TestSummaryResource | null): readonly string[] {
  if (summary === null) return ["No test command is known for this repository."];
  const outcome = summary.passed ? "passed" : `failed (exit code ${summary.exitCode ?? "none"})`;
  return [
    fenced(`The tests ${outcome}; the end of their output:`, summary.outputTail, maxTestOutput),
  ];
}
