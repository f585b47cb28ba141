import type { StreamedEvent } from "@aomori/command";
import { TerminalError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";

/** A line that dispatch wrote, or a record kept, as an event. Throws `RECORD_MALFORMED` (io) for one that somebody changed. */
export function lineEvent(line: string): StreamedEvent {
  const value = parse(line);
  if (isRecord(value) && typeof value["type"] === "string") {
    return { ...value, type: value["type"] };
  }
  const shown = JSON.stringify(line.slice(0, 100));
  throw new TerminalError("io", "RECORD_MALFORMED", `${shown} is no line of a plugin's run`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
