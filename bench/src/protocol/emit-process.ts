/**
 * Writes events and, when all of them are with the kernel, says on standard error what that took:
 * `emit-process COUNT aoi|plain|batch`. `plain` is one write to `process.stdout` per event, as most programs do it, and
 * `batch` the least there is to do.
 */
import { writeSync } from "node:fs";
import { createEmitter, installProcessHooks } from "@aomori/protocol";
import { eventOf } from "./event.ts";

const [countText, side] = process.argv.slice(2);
const count = Number(countText);

async function emitAll(): Promise<void> {
  const emitter = createEmitter<ReturnType<typeof eventOf>>({
    identity: {
      tool: "bench",
      toolVersion: "1.0.0",
      schemaName: "dev.aomori.bench.events",
      schemaVersion: "1.0.0",
      command: "emit",
    },
  });
  installProcessHooks({ stream: emitter });
  await emitter.meta();
  for (let n = 0; n < count; n += 1) await emitter.emit(eventOf(n));
  await emitter.summary();
}

function printAll(): void {
  const write = (event: object): boolean => process.stdout.write(`${JSON.stringify(event)}\n`);
  write({ type: "aoi:meta" });
  for (let n = 0; n < count; n += 1) write(eventOf(n));
  write({ type: "aoi:summary", ok: true, count });
}

function printInBatches(): void {
  let batch = "";
  const write = (event: object, isLast = false): void => {
    batch += `${JSON.stringify(event)}\n`;
    if (batch.length < 32 * 1024 && !isLast) return;
    const bytes = Buffer.from(batch);
    for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
    batch = "";
  };
  write({ type: "aoi:meta" });
  for (let n = 0; n < count; n += 1) write(eventOf(n));
  write({ type: "aoi:summary", ok: true, count }, true);
}

const startedAtMs = performance.now();
process.on("exit", () => {
  const elapsedMs = performance.now() - startedAtMs;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.error(JSON.stringify({ elapsedMs, peakBytes }));
});
if (side === "aoi") await emitAll();
else if (side === "batch") printInBatches();
else printAll();
