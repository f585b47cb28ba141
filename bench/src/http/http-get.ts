import { cp } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Benchmark } from "../benchmark.ts";
import { layeredDag } from "../engine/layered-dag.ts";
import { figure } from "../figure.ts";
import { BenchChild } from "../measuring/bench-child.ts";
import { temporaryDirectory } from "../measuring/temporary-directory.ts";
import { RunningServer } from "../server/running-server.ts";
import { storeSpec } from "./store-spec.ts";

const connections = 50;
const taskCount = 30;
const Answer = z.object({ perSecond: z.number(), sizeBytes: z.int() });

/** GET /api/specs/{id}, which reads a spec and counts its tasks, with its key checked and its answer converted. */
export const httpGet: Benchmark = {
  ids: ["http-get", "http-get-from-memory"],
  async run({ quick, tell }) {
    const rounds = quick ? 2 : 5;
    const durationMs = quick ? 1_000 : 3_000;
    await using directory = await temporaryDirectory();
    const [home, copy] = [join(directory.path, "home"), join(directory.path, "copy")];
    const specId = await storeSpec(home, layeredDag(taskCount, 10));
    await cp(home, copy, { recursive: true });
    await using server = await RunningServer.start(home);
    await using bare = new BenchChild(new URL("./bare-process.ts", import.meta.url));
    await using client = new BenchChild(new URL("./load-process.ts", import.meta.url), []);
    const { url } = await bare.ask("serve", { home: copy, specId }, z.object({ url: z.url() }));
    const sides = {
      ours: `${server.url}/api/specs/${specId}`,
      store: `${url}/store/${specId}`,
      memory: `${url}/memory/${specId}`,
    };
    const found: Record<keyof typeof sides, number[]> = { ours: [], store: [], memory: [] };
    // The first round warms all sides up and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      for (const side of ["ours", "store", "memory"] as const) {
        const job = { url: sides[side], apiKey: server.apiKey, connections, durationMs };
        const { perSecond } = await client.ask("load", job, Answer);
        if (round > 0) found[side].push(perSecond);
        tell(`round ${round}, ${side}: ${perSecond.toFixed(0)} answers/s`);
      }
    }
    return [
      figure({
        id: "http-get",
        unit: "answers/s",
        about:
          `GET /api/specs/{id} of a spec with ${taskCount} tasks over ${connections} kept-alive connections, with key and scope checked, ` +
          `against bare Fastify that sends the same statements to an equal store and stringifies the rows, unchecked.`,
        target: { kind: "ratio_at_least", value: 0.6 },
        ours: found.ours,
        floor: found.store,
      }),
      figure({
        id: "http-get-from-memory",
        unit: "answers/s",
        about:
          "The same against bare Fastify that sends the same answer from memory: what reading a store costs.",
        target: { kind: "none" },
        ours: found.ours,
        floor: found.memory,
      }),
    ];
  },
};
