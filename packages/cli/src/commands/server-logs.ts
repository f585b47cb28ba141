import type { CommandHandler, CommandRequest, StreamedEvent } from "@aomori/command";
import { sanitizeForTerminal } from "@aomori/protocol";
import { errnoOf, homeLayout, ioError } from "@aomori/system";
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

export const handler: CommandHandler = {
  run: linesOf,
  view: { event: ({ line }) => sanitizeForTerminal(String(line)) },
};

const defaultLines = 100;
const pollMs = 200;
/** How much of the end is looked through for the last lines. */
const tailBytes = 1024 * 1024;

async function* linesOf(request: CommandRequest): AsyncGenerator<StreamedEvent, void> {
  const { input, context, signal } = request;
  const path = homeLayout(context.env).serverLogFile;
  const wanted = Number(input["lines"] ?? defaultLines);
  let place = await readEnd(path, 0, tailBytes);
  const lines = wanted === 0 ? [] : place.lines.slice(-wanted);
  for (const line of lines) yield { type: "log.line", line };
  while (input["follow"] === true) {
    await delay(pollMs, undefined, { signal });
    place = await readEnd(path, place.next, Number.POSITIVE_INFINITY);
    for (const line of place.lines) yield { type: "log.line", line };
  }
}

interface Place {
  readonly lines: readonly string[];
  /** Where the first line that was not whole begins. */
  readonly next: number;
}

/** Whole lines behind `from`; a file that has become shorter was moved away and is read from its start. */
async function readEnd(path: string, from: number, maxBytes: number): Promise<Place> {
  const file = await openIfThere(path);
  if (file === undefined) return { lines: [], next: 0 };
  try {
    const { size } = await stat(path);
    const begin = size < from ? 0 : Math.max(from, size - maxBytes);
    const buffer = Buffer.alloc(size - begin);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, begin);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    const text = buffer.subarray(0, end).toString("utf8");
    return { lines: text.split("\n").slice(0, -1), next: begin + end };
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw ioError(error, `cannot read ${path}`);
  }
}
