/** Asks one URL again and again over kept-alive connections. */
import { Agent, request } from "node:http";
import * as z from "zod";
import { answerParent } from "../measuring/answer-parent.ts";

const Job = z.object({
  url: z.url(),
  apiKey: z.string(),
  connections: z.int(),
  durationMs: z.number(),
});

function get(url: string, apiKey: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${apiKey}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answered ${response.statusCode}: ${body.slice(0, 200)}`));
      });
    })
      .on("error", reject)
      .end();
  });
}

async function load(input: unknown): Promise<{ perSecond: number; sizeBytes: number }> {
  const { url, apiKey, connections, durationMs } = Job.parse(input);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const expected = await get(url, apiKey, agent);
  const startedAtMs = performance.now();
  let answers = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAtMs < durationMs) {
      const body = await get(url, apiKey, agent);
      if (body !== expected) throw new Error(`${url} answered something else than before`);
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const perSecond = (answers / (performance.now() - startedAtMs)) * 1_000;
  agent.destroy();
  return { perSecond, sizeBytes: Buffer.byteLength(expected) };
}

answerParent({ load });
