/**
 * Reads events from standard input: `read-process aoi|readline`. `readline` parses the lines of Node's
 * readline, asynchronously iterated like ours. Prints how many came and how long that took.
 */
import { createInterface } from "node:readline";
import { readEvents } from "@aomori/protocol";

const startedAtMs = performance.now();
let events = 0;
if (process.argv[2] === "aoi") {
  for await (const event of readEvents(process.stdin)) if (event.type === "entry") events += 1;
} else {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const event: unknown = JSON.parse(line);
    if (Object(event).type === "entry") events += 1;
  }
}
console.log(JSON.stringify({ events, elapsedMs: performance.now() - startedAtMs }));
