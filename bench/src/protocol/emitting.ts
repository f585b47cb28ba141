import * as z from "zod";
import type { Benchmark } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { bundle } from "../measuring/bundle.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { pipeline } from "./pipeline.ts";

const Told = z.object({ elapsedMs: z.number(), peakBytes: z.number() });
const Counted = z.object({ lines: z.int() });
const pauseMs = 1;

type Side = "aoi" | "plain" | "batch";

interface Emission {
  readonly eventsPerSecond: number;
  readonly peakMegabytes: number;
}

/** An emitter into a reader that keeps up, and into one that does not; none of the lines may be lost. */
export const emitting: Benchmark = {
  ids: ["aoi-emit", "aoi-emit-by-batch", "aoi-emit-slow-reader"],
  async run({ quick, tell }) {
    await using directory = await temporaryDirectory();
    const tool = bundle(new URL("emit-process.ts", import.meta.url), directory.path, "module");
    const reader = bundle(new URL("count-process.ts", import.meta.url), directory.path, "module");
    const emit = async (side: Side, count: number, pause: number): Promise<Emission> => {
      const { stdout, stderr } = await pipeline(
        [process.execPath, tool, String(count), side],
        [process.execPath, reader, String(pause)],
      );
      const { lines } = Counted.parse(JSON.parse(stdout));
      if (lines !== count + 2) throw new Error(`${side} wrote ${count + 2} lines, ${lines} came`);
      const { elapsedMs, peakBytes } = Told.parse(JSON.parse(stderr));
      return { eventsPerSecond: (count / elapsedMs) * 1000, peakMegabytes: peakBytes / 1e6 };
    };
    const count = quick ? 100_000 : 2_000_000;
    const fast: Record<Side, number[]> = { aoi: [], plain: [], batch: [] };
    const rounds = quick ? 1 : 5;
    for (let round = 0; round < rounds; round += 1) {
      for (const side of ["aoi", "plain", "batch"] as const) {
        // The peer keeps everything in memory until the end, so it writes fewer.
        const { eventsPerSecond } = await emit(side, side === "plain" ? count / 4 : count, 0);
        fast[side].push(eventsPerSecond);
      }
    }
    tell(`${rounds} rounds of ${count} events into a reader that keeps up`);
    const slow: Record<"aoi" | "plain", number[]> = { aoi: [], plain: [] };
    const slowRounds = quick ? 1 : 3;
    for (let round = 0; round < slowRounds; round += 1) {
      slow.aoi.push((await emit("aoi", count, pauseMs)).peakMegabytes);
      slow.plain.push((await emit("plain", count / 4, pauseMs)).peakMegabytes);
    }
    tell(`${slowRounds} rounds into a reader that pauses ${pauseMs} ms after every 64 KiB`);
    return [
      figure({
        id: "aoi-emit",
        unit: "events/s",
        about:
          "Events of 130 bytes through an emitter into a pipe, against one write to process.stdout each, which checks and redacts nothing.",
        target: { kind: "least", value: 1_000_000 },
        ours: fast.aoi,
        peer: fast.plain,
      }),
      figure({
        id: "aoi-emit-by-batch",
        unit: "events/s",
        about:
          "The same against the least that Node needs for it: JSON.stringify of each event and one blocking write of every 32 KiB, nothing awaited, checked, redacted or told to a signal.",
        target: { kind: "none" },
        ours: fast.aoi,
        floor: fast.batch,
      }),
      figure({
        id: "aoi-emit-slow-reader",
        unit: "MB",
        about: `Peak memory of 2,000,000 events into a reader that pauses ${pauseMs} ms after every 64 KiB, against a quarter of them by process.stdout without waiting.`,
        target: { kind: "most", value: 160 },
        ours: slow.aoi,
        peer: slow.plain,
      }),
    ];
  },
};
