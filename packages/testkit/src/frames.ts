import { randomBytes } from "node:crypto";
import { estimateTokens } from "./conversation.ts";
import type { Reply } from "./conversation.ts";

/** One server-sent event; `data` is sent as JSON unless it is the end mark of Chat Completions. */
export interface Frame {
  readonly event?: string;
  readonly data: unknown;
}

export const doneMark = "[DONE]";

/** A reply in one dialect: the whole body, or the events of a stream. */
export interface WireReply {
  readonly body: unknown;
  readonly frames: readonly Frame[];
}

export function frameText({ event, data }: Frame): string {
  const line = data === doneMark ? doneMark : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${line}\n\n`;
}

/** Random as the services' ids are: two runs of one script must not share call ids. */
export function newToken(): string {
  return randomBytes(12).toString("hex");
}

const mostPieces = 24;
const leastPieceChars = 24;

/** Cuts a text as a stream would; the pieces concatenate to the text and split no code point. */
export function pieces(text: string): string[] {
  const points = Array.from(text);
  const size = Math.max(leastPieceChars, Math.ceil(points.length / mostPieces));
  const cut: string[] = [];
  for (let start = 0; start < points.length; start += size) {
    cut.push(points.slice(start, start + size).join(""));
  }
  return cut;
}

export function outputTokens(reply: Reply): number {
  const calls = reply.calls.map((call) => call.name + JSON.stringify(call.input));
  return Math.max(1, estimateTokens(reply.text + calls.join("")));
}
