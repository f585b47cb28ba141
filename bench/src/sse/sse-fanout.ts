import * as z from "zod";
import type { Benchmark } from "../benchmark.ts";
import { figure, percentile } from "../figure.ts";
import { BenchChild } from "../measuring/bench-child.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";

const files = {
  ours: new URL("./stream-server-process.ts", import.meta.url),
  floor: new URL("./raw-server-process.ts", import.meta.url),
};
const clientsFile = new URL("./clients-process.ts", import.meta.url);
const pacedMs = 50;

const Opened = z.object({ url: z.url(), apiKey: z.string() });
const Sent = z.object({
  startedAtMs: z.number(),
  firstSeq: z.int(),
  sentAtMs: z.array(z.tuple([z.int(), z.number()])),
  sample: z.record(z.string(), z.unknown()).optional(),
});
const Collected = z.object({
  endedAtMs: z.number(),
  arrivals: z.array(z.tuple([z.int(), z.array(z.number())])),
});

interface Load {
  readonly clients: number;
  readonly burst: number;
  readonly paced: number;
}

interface Measured {
  readonly perSecond: number;
  readonly latencyMs: number;
  readonly sample: Record<string, unknown> | undefined;
}

/** One server with its clients, each in a process of its own: a burst, then single events. */
async function measure(
  side: keyof typeof files,
  { clients, burst, paced }: Load,
  sample: Record<string, unknown> | undefined,
): Promise<Measured> {
  await using home = await temporaryDirectory();
  await using server = new BenchChild(files[side]);
  await using readers = new BenchChild(clientsFile, []);
  const { url, apiKey } = await server.ask("open", { home: home.path, clients }, Opened);
  await readers.ask("connect", { url, apiKey, clients }, z.object({ clients: z.int() }));
  const round = async (firstSeq: number, events: number, everyMs: number) => {
    const job = { events, firstSeq, keepsArrivals: everyMs > 0 };
    const [collected, sent] = await Promise.all([
      readers.ask("collect", job, Collected),
      server.ask("send", { events, everyMs, sample }, Sent),
    ]);
    return { collected, sent };
  };
  const hot = await round(1, burst, 0);
  const single = await round(1 + burst, paced, pacedMs);
  const sentAtMs = new Map(single.sent.sentAtMs);
  const latenciesMs = single.collected.arrivals.flatMap(([seq, atMs]) =>
    atMs.map((at) => at - (sentAtMs.get(seq) ?? Number.NaN)),
  );
  if (latenciesMs.length !== paced * clients || latenciesMs.some(Number.isNaN)) {
    throw new Error(`${latenciesMs.length} deliveries were timed, not ${paced * clients}`);
  }
  const durationMs = hot.collected.endedAtMs - hot.sent.startedAtMs;
  return {
    perSecond: ((clients * burst) / durationMs) * 1_000,
    latencyMs: percentile(latenciesMs, 0.95),
    sample: hot.sent.sample,
  };
}

/** One event stream to many readers, and how long an event takes to reach all of them. */
export const sseFanout: Benchmark = {
  ids: ["sse-fanout", "sse-latency"],
  async run({ quick, tell }) {
    const load = quick
      ? { clients: 100, burst: 50, paced: 20 }
      : { clients: 1_000, burst: 100, paced: 60 };
    const found = { ours: [] as Measured[], floor: [] as Measured[] };
    for (let round = 0; round < (quick ? 1 : 5); round += 1) {
      const ours = await measure("ours", load, undefined);
      const floor = await measure("floor", load, ours.sample);
      found.ours.push(ours);
      found.floor.push(floor);
      tell(
        `round ${round + 1}: ${ours.perSecond.toFixed(0)} against ${floor.perSecond.toFixed(0)} events/s, ` +
          `p95 ${ours.latencyMs.toFixed(1)} against ${floor.latencyMs.toFixed(1)} ms`,
      );
    }
    return [
      figure({
        id: "sse-fanout",
        unit: "events/s",
        about:
          `${load.burst} events, each committed to the store by itself, to ${load.clients} clients that all get every one in order, ` +
          `against node:http that writes the same bytes to as many responses and has no store.`,
        target: { kind: "ratio_at_least", value: 0.6 },
        ours: found.ours.map(({ perSecond }) => perSecond),
        floor: found.floor.map(({ perSecond }) => perSecond),
      }),
      figure({
        id: "sse-latency",
        unit: "ms, p95",
        about:
          `From a commit to its delivery, over ${load.paced} events ${pacedMs} ms apart and all ${load.clients} clients, ` +
          `against node:http from before its first write.`,
        target: { kind: "most", value: 50 },
        ours: found.ours.map(({ latencyMs }) => latencyMs),
        floor: found.floor.map(({ latencyMs }) => latencyMs),
      }),
    ];
  },
};
