/** Many readers of one event stream; each checks that nothing is missing, doubled or out of order. */
import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import * as z from "zod";
import { sharedClockMs } from "../engine/scripted-agents.ts";
import { answerParent } from "../measuring/answer-parent.ts";
import { requireOpenFiles } from "./open-files.ts";

const Connect = z.object({ url: z.url(), apiKey: z.string(), clients: z.int() });
const Collect = z.object({ events: z.int(), firstSeq: z.int(), keepsArrivals: z.boolean() });

const connectAtOnce = 50;
const deadlineMs = 120_000;
const idLine = /^id: (\d+)$/m;

class Reader {
  #rest = "";
  next = 0;
  onEvent: (seq: number) => void = () => {};
  readonly request: ClientRequest;
  readonly opened: Promise<void>;

  constructor(url: string, apiKey: string) {
    this.request = request(url, { agent: false, headers: { authorization: `Bearer ${apiKey}` } });
    this.opened = new Promise((resolve, reject) => {
      this.request.once("error", reject);
      this.request.once("response", (response: IncomingMessage) => {
        if (response.statusCode !== 200) {
          reject(new Error(`the stream answered ${response.statusCode}`));
          return;
        }
        response.setEncoding("latin1");
        response.once("data", () => resolve());
        response.on("data", (text: string) => this.#take(text));
      });
    });
    this.request.end();
  }

  #take(text: string): void {
    const frames = (this.#rest + text).split("\n\n");
    this.#rest = frames.pop() ?? "";
    for (const frame of frames) {
      const id = idLine.exec(frame)?.[1];
      if (id !== undefined && frame.includes("\ndata: ")) this.onEvent(Number(id));
    }
  }
}

let readers: Reader[] = [];

async function connect(input: unknown): Promise<{ clients: number }> {
  const { url, apiKey, clients } = Connect.parse(input);
  await requireOpenFiles(clients);
  while (readers.length < clients) {
    const count = Math.min(connectAtOnce, clients - readers.length);
    const more = Array.from({ length: count }, () => new Reader(url, apiKey));
    await Promise.all(more.map((reader) => reader.opened));
    readers.push(...more);
  }
  return { clients: readers.length };
}

/** Resolves once every reader has its events, with the time of the last one. */
function collect(input: unknown): Promise<{ endedAtMs: number; arrivals: [number, number[]][] }> {
  const { events, firstSeq, keepsArrivals } = Collect.parse(input);
  const arrivals = new Map<number, number[]>();
  return new Promise((resolve, reject) => {
    let missing = readers.length * events;
    const timer = setTimeout(
      () => reject(new Error(`${missing} events have not arrived`)),
      deadlineMs,
    );
    for (const reader of readers) {
      reader.next = firstSeq;
      reader.onEvent = (seq) => {
        if (seq !== reader.next) reject(new Error(`a reader got ${seq} instead of ${reader.next}`));
        reader.next = seq + 1;
        missing -= 1;
        const nowMs = sharedClockMs();
        if (keepsArrivals) keep(arrivals, seq, nowMs);
        if (missing > 0) return;
        clearTimeout(timer);
        resolve({ endedAtMs: nowMs, arrivals: [...arrivals] });
      };
    }
  });
}

function keep(arrivals: Map<number, number[]>, seq: number, nowMs: number): void {
  const known = arrivals.get(seq);
  if (known === undefined) arrivals.set(seq, [nowMs]);
  else known.push(nowMs);
}

answerParent({ connect, collect }, async () => {
  for (const reader of readers) {
    reader.request.once("error", () => reader.request.destroy());
    reader.request.destroy();
  }
  readers = [];
});
