/** The floor: one write of the same bytes to every response, by node:http alone. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { once } from "node:events";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { sharedClockMs } from "../engine/scripted-agents.ts";
import { answerParent } from "../measuring/answer-parent.ts";
import { requireOpenFiles } from "./open-files.ts";

const Place = z.object({ clients: z.int() });
const Burst = z.object({
  events: z.int(),
  everyMs: z.number(),
  sample: z.record(z.string(), z.unknown()),
});

const responses = new Set<ServerResponse>();
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write(": open\n\n");
  responses.add(response);
  response.once("close", () => responses.delete(response));
});
let seq = 0;

async function open(input: unknown): Promise<{ url: string; apiKey: string }> {
  await requireOpenFiles(Place.parse(input).clients);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}/`, apiKey: "none" };
}

async function send(input: unknown) {
  const { events, everyMs, sample } = Burst.parse(input);
  const firstSeq = seq + 1;
  const sentAtMs: [number, number][] = [];
  const startedAtMs = sharedClockMs();
  for (let index = 0; index < events; index += 1) {
    await (everyMs > 0 ? delay(everyMs) : turn());
    seq += 1;
    sentAtMs.push([seq, sharedClockMs()]);
    const frame = `id: ${seq}\nevent: ${String(sample["type"])}\ndata: ${JSON.stringify({ ...sample, seq })}\n\n`;
    const bytes = Buffer.from(frame);
    for (const response of responses) response.write(bytes);
  }
  return { startedAtMs, firstSeq, sentAtMs };
}

answerParent({ open, send }, async () => {
  server.closeAllConnections();
  server.close();
});
