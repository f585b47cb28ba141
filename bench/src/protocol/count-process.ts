/** Reads standard input in pieces of a pipe, pausing after each: `count-process PAUSE_MS`. Prints how many lines came. */
import { readSync } from "node:fs";

const pauseMs = Number(process.argv[2]);
const pause = new Int32Array(new SharedArrayBuffer(4));
const buffer = Buffer.alloc(64 * 1024);
const newline = 10;

let lines = 0;
for (let size = readSync(0, buffer); size > 0; size = readSync(0, buffer)) {
  const read = buffer.subarray(0, size);
  for (let at = read.indexOf(newline); at !== -1; at = read.indexOf(newline, at + 1)) lines += 1;
  if (pauseMs > 0) Atomics.wait(pause, 0, 0, pauseMs);
}
console.log(JSON.stringify({ lines }));
