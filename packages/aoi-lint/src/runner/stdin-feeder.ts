import { closeSync, constants, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { StdinMode } from "./run-spec.ts";

export interface StdinPipe {
  /** The tool's end, blocking. */
  readonly readFd: number;
  readonly writer: Socket;
}

/** A kernel pipe for standard input; `path` is a named pipe nobody has open, and is removed. */
export async function openStdinPipe(path: string): Promise<StdinPipe> {
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const readFd = openSync(path, constants.O_RDONLY);
  closeSync(first);
  await rm(path);
  const writer = new Socket({ fd: writeFd, readable: false, writable: true });
  // A tool that stops reading is seen by what it answers, not here.
  writer.on("error", () => writer.destroy());
  return { readFd, writer };
}

/** Writes what the mode says and closes; a silent one stays open until `ended`. `answered`: a first result has come. */
export async function feed(
  writer: Socket,
  stdin: StdinMode,
  ended: AbortSignal,
  answered: Promise<void>,
): Promise<void> {
  ended.addEventListener("abort", () => writer.destroy(), { once: true });
  switch (stdin.kind) {
    case "text":
      writer.end(stdin.text);
      return;
    case "drip":
      writer.write(stdin.halves[0]);
      await Promise.race([answered, sleep(stdin.patienceMs)]);
      writer.end(stdin.halves[1]);
      return;
    case "generated":
      for (const chunk of stdin.chunks()) {
        if (!writer.writable) return;
        if (!writer.write(chunk)) await untilWritable(writer);
      }
      writer.end();
      return;
    default:
  }
}

async function untilWritable(writer: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      writer.off("drain", done);
      writer.off("close", done);
      resolve();
    };
    writer.on("drain", done);
    writer.on("close", done);
  });
}
