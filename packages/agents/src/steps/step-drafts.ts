import type { SteeringRequest, Usage } from "../driver.ts";
import type { JsonData, StepDraft } from "@aomori/contract";
import { storedText, summaryLine } from "./step-text.ts";

interface Timing {
  readonly atMs: number;
  readonly durationMs: number | null;
}

interface ToolCall {
  readonly tool: string;
  readonly callId: string;
}

const none = { text: null, tool: null, callId: null, data: null } as const;

export function messageStep(text: string, timing: Timing): StepDraft {
  return {
    ...none,
    type: "message",
    summary: summaryLine(text),
    text: storedText(text),
    ...timing,
  };
}

export function thoughtStep(text: string, timing: Timing): StepDraft {
  return {
    ...none,
    type: "thought",
    summary: summaryLine(text),
    text: storedText(text),
    ...timing,
  };
}

export function toolCallStep(call: ToolCall, input: unknown, atMs: number): StepDraft {
  const json = jsonOf(input);
  const shown = storedText(typeof input === "string" ? input : JSON.stringify(json));
  return {
    type: "tool_call",
    summary: summaryLine(`${call.tool} ${mainInput(json) ?? shown}`),
    text: shown,
    tool: call.tool,
    callId: call.callId,
    data: { input: smallJson(json) },
    atMs,
    durationMs: null,
  };
}

export function toolResultStep(
  call: ToolCall,
  result: {
    readonly ok: boolean;
    readonly text: string;
    /** What a person reads; the first line of the text otherwise. */
    readonly summary?: string;
    readonly data?: Readonly<Record<string, JsonData>>;
  },
  timing: Timing,
): StepDraft {
  const line = result.summary ?? firstLine(result.text);
  return {
    type: "tool_result",
    summary: summaryLine(`${call.tool} ${result.ok ? "ok" : "failed"}${line && `: ${line}`}`),
    text: storedText(result.text),
    tool: call.tool,
    callId: call.callId,
    data: { ...result.data, ok: result.ok },
    ...timing,
  };
}

/** `written`: an agent that does not say whether the file was there before. */
export type FileChange = "created" | "modified" | "written";

export function fileChangeStep(
  call: ToolCall,
  file: { readonly path: string; readonly change: FileChange },
  atMs: number,
): StepDraft {
  return {
    type: "file_change",
    summary: summaryLine(`${file.change} ${file.path}`),
    text: null,
    tool: call.tool,
    callId: call.callId,
    data: { path: storedText(file.path), change: file.change },
    atMs,
    durationMs: null,
  };
}

export function steeringStep(steering: SteeringRequest, atMs: number): StepDraft {
  const { id, action, instruction, deliver } = steering;
  return {
    ...none,
    type: "steering",
    summary: summaryLine(instruction === "" ? action : `${action}: ${instruction}`),
    text: instruction === "" ? null : storedText(instruction),
    data: { steering_id: id, action, deliver },
    atMs,
    durationMs: null,
  };
}

/** The tokens of one model call. */
export function usageStep(usage: Usage, timing: Timing): StepDraft {
  return {
    ...none,
    type: "usage",
    summary: `${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    data: {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cost_microusd: usage.costMicrousd,
    },
    ...timing,
  };
}

/** The input people want to see first: what file, what command, what pattern. */
function mainInput(input: JsonData): string | undefined {
  if (typeof input !== "object" || input === null || !isJsonObject(input)) return undefined;
  for (const name of ["command", "path", "file_path", "pattern", "title"]) {
    const value = input[name];
    if (typeof value === "string") return value;
  }
  return undefined;
}

function isJsonObject(
  value: readonly JsonData[] | { readonly [name: string]: JsonData },
): value is { readonly [name: string]: JsonData } {
  return !Array.isArray(value);
}

function firstLine(text: string): string {
  return text.split("\n").find((line) => line.trim() !== "") ?? "";
}

/** Anything a model sent as a JSON value; what JSON cannot say becomes text. */
function jsonOf(value: unknown): JsonData {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return value.replaceAll("\0", "");
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((item) => jsonOf(item));
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([name, item]) => [storedText(name), jsonOf(item)]));
  }
  return value === undefined ? null : typeof value;
}

const maxDataBytes = 16 * 1024;

/** A whole file's content is not kept twice: long texts inside an input are cut. */
function smallJson(value: JsonData): JsonData {
  if (Buffer.byteLength(JSON.stringify(value)) <= maxDataBytes) return value;
  return shorten(value, 0);
}

function shorten(value: JsonData, depth: number): JsonData {
  if (typeof value === "string") return value.length > 500 ? `${value.slice(0, 499)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > 3) return "…";
  if (!isJsonObject(value)) return value.slice(0, 20).map((item) => shorten(item, depth + 1));
  const entries = Object.entries(value).slice(0, 30);
  return Object.fromEntries(entries.map(([name, item]) => [name, shorten(item, depth + 1)]));
}
