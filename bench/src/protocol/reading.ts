import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Benchmark } from "../benchmark.ts";
import { figure } from "../figure.ts";
import { bundle } from "../measuring/bundle.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { eventOf } from "./event.ts";
import { pipeline } from "./pipeline.ts";

const Told = z.object({ events: z.int(), elapsedMs: z.number() });
const meta = { type: "aoi:meta", aoi_version: "0.2" };

function streamOf(count: number): string {
  const events = Array.from({ length: count }, (_, n) => JSON.stringify(eventOf(n)));
  const summary = JSON.stringify({ type: "aoi:summary", ok: true, count });
  return `${[JSON.stringify(meta), ...events, summary].join("\n")}\n`;
}

/** A reader that checks what it reads, against one that does not. */
export const reading: Benchmark = {
  ids: ["aoi-read", "aoi-read-by-readline"],
  async run({ quick, tell }) {
    await using directory = await temporaryDirectory();
    const reader = bundle(new URL("read-process.ts", import.meta.url), directory.path, "module");
    const input = join(directory.path, "events.jsonl");
    const count = quick ? 100_000 : 1_000_000;
    await writeFile(input, streamOf(count));
    const read = async (side: "aoi" | "readline"): Promise<number> => {
      const { stdout } = await pipeline(["cat", input], [process.execPath, reader, side]);
      const { events, elapsedMs } = Told.parse(JSON.parse(stdout));
      if (events !== count) throw new Error(`${side} read ${events} of ${count} events`);
      return (count / elapsedMs) * 1000;
    };
    const [ours, peer]: [number[], number[]] = [[], []];
    const rounds = quick ? 1 : 21;
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await read("aoi"));
      peer.push(await read("readline"));
    }
    tell(`${rounds} rounds of ${count} events`);
    const unit = "events/s";
    return [
      figure({
        id: "aoi-read",
        unit,
        about: "Events of 130 bytes read from a pipe, checked, by `for await`.",
        target: { kind: "least", value: 700_000 },
        ours,
      }),
      figure({
        id: "aoi-read-by-readline",
        unit,
        about:
          "The same against JSON.parse of every line of Node's readline, also by `for await`, which checks nothing.",
        target: { kind: "ratio_at_least", value: 1 },
        ours,
        peer,
      }),
    ];
  },
};
