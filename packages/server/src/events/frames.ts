import type { EventRecord } from "../ports.ts";

/** One event as a server-sent record. */
export function eventFrame(event: EventRecord): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Moves a reader's cursor without an event: SSE remembers the id of a record that has no data. */
export function cursorFrame(seq: number): string {
  return `id: ${seq}\n\n`;
}

export function heartbeatFrame(seq: number): string {
  return `: heartbeat\nid: ${seq}\n\n`;
}

/** Why a stream ends though the reader wanted more. */
export type CutReason = "slow_reader" | "server_closing";

/** The last record of a stream that the server cuts: the seq to resume behind. */
export function cutFrame(seq: number, reason: CutReason): string {
  return `id: ${seq}\nevent: aomori.cursor\ndata: ${JSON.stringify({ after: seq, reason })}\n\n`;
}
