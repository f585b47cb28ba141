import type { ConversationItem } from "./conversation.ts";

/** What a prompt says about itself, and what has happened since. */
export interface Assignment {
  readonly phase: string | undefined;
  readonly title: string | undefined;
  readonly kind: string;
  readonly mode: string;
  readonly attempt: number;
  /** Tool results since the prompt that carries the markers. */
  readonly resultCount: number;
  readonly lastResult: string | undefined;
  /** Texts the model has already answered with since then. */
  readonly said: readonly string[];
  readonly steering: { readonly text: string; readonly resultCount: number } | undefined;
  /** All system and user text, for `mentions`. */
  readonly promptText: string;
}

const markerPattern = /^[ \t]*Aomori-(Phase|Title|Kind|Mode|Attempt|Steering):[ \t]*(.*?)[ \t]*$/gm;

/** The first line of each marker; a quotation further down a prompt does not count. */
function markersOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, value] of text.matchAll(markerPattern)) {
    if (name !== undefined && value && !found.has(name)) found.set(name, value);
  }
  return found;
}

/** Work that mends a merge has kinds of its own; work of the plan, or added to it, is a task. */
function kindOf(kind: string | undefined): string {
  return kind === "resolution" || kind === "repair" ? kind : "task";
}

function opensAssignment(markers: Map<string, string>): boolean {
  return markers.has("Phase") || markers.has("Title") || markers.has("Attempt");
}

/**
 * Reads the `Aomori-…` lines of system and user text. Tool results are not read: they are the
 * repository's words. The last message that opens an assignment is the one being worked on, so
 * a second round in one conversation starts its script anew.
 */
export function readAssignment(items: readonly ConversationItem[]): Assignment {
  const markers = new Map<string, string>();
  const prompts: string[] = [];
  let resultCount = 0;
  let lastResult: string | undefined;
  let said: string[] = [];
  let steering: { text: string; resultCount: number } | undefined;
  for (const item of items) {
    if (item.kind === "result") {
      resultCount += 1;
      lastResult = item.text;
      if (steering !== undefined) steering.resultCount += 1;
    } else if (item.kind === "assistant") {
      said.push(item.text);
    } else if (item.kind === "system" || item.kind === "user") {
      prompts.push(item.text);
      const own = markersOf(item.text);
      const steeringText = own.get("Steering");
      if (opensAssignment(own)) {
        if (own.has("Title")) markers.delete("Phase");
        if (own.has("Phase")) markers.delete("Title");
        if (own.has("Title") || own.has("Phase")) markers.delete("Attempt");
        [resultCount, lastResult, said, steering] = [0, undefined, [], undefined];
      }
      for (const [name, value] of own) markers.set(name, value);
      if (steeringText !== undefined) steering = { text: steeringText, resultCount: 0 };
    }
  }
  const attempt = Number.parseInt(markers.get("Attempt") ?? "1", 10);
  return {
    phase: markers.get("Phase"),
    title: markers.get("Title"),
    kind: kindOf(markers.get("Kind")),
    mode: markers.get("Mode") ?? "implementation",
    attempt: Number.isNaN(attempt) ? 1 : Math.max(1, attempt),
    resultCount,
    lastResult,
    said,
    steering,
    promptText: prompts.join("\n"),
  };
}
