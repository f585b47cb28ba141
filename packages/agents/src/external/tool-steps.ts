import { isAbsolute, relative } from "node:path";

import type { StepDraft } from "@aomori/contract";
import {
  fileChangeStep,
  toolCallStep,
  toolResultStep,
  type FileChange,
} from "../steps/step-drafts.ts";
import { textField } from "./json-fields.ts";

interface OpenCall {
  readonly tool: string;
  readonly input: unknown;
  readonly startedAtMs: number;
}

/** Pairs the tool results of an external agent with their calls. */
export class ToolSteps {
  readonly #worktree: string;
  readonly #pathInput: string;
  readonly #open = new Map<string, OpenCall>();

  /** `pathInput`: how the agent's tools call the input that names a file. */
  constructor(worktree: string, pathInput: string) {
    this.#worktree = worktree;
    this.#pathInput = pathInput;
  }

  toolOf(callId: string): string | undefined {
    return this.#open.get(callId)?.tool;
  }

  called(callId: string, tool: string, input: unknown): StepDraft {
    const startedAtMs = Date.now();
    this.#open.set(callId, { tool, input, startedAtMs });
    return toolCallStep({ callId, tool }, input, startedAtMs);
  }

  /** The result's step, and one for the file a successful call has changed. */
  finished(
    callId: string,
    result: { readonly ok: boolean; readonly text: string },
    change: FileChange | undefined,
  ): StepDraft[] {
    const call = this.#open.get(callId);
    this.#open.delete(callId);
    const atMs = Date.now();
    const named = { callId, tool: call?.tool ?? "unknown" };
    const durationMs = call === undefined ? null : atMs - call.startedAtMs;
    const steps = [toolResultStep(named, result, { atMs, durationMs })];
    const path = textField(call?.input, this.#pathInput);
    if (result.ok && change !== undefined && path !== undefined) {
      const shown = isAbsolute(path) ? relative(this.#worktree, path) : path;
      steps.push(fileChangeStep(named, { path: shown, change }, atMs));
    }
    return steps;
  }
}
