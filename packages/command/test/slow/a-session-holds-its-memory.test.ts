import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { nodeArgs } from "../run-shelf.ts";

const total = 100_000;

/** Resident memory now. */
function residentMib(pid: number | undefined): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(found) / 1024;
}

const line = (message: object) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;

it.skipIf(process.platform !== "linux")(
  "a reader who stops reading stops the request, and loses nothing",
  async () => {
    const child = spawn(process.execPath, [...nodeArgs, "--mode", "session"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const { stdin, stdout } = child;
    stdin.write(line({ id: 0, method: "initialize", params: { protocol_version: "0.3" } }));
    for (const id of [1, 2, 3]) {
      stdin.write(line({ id, method: "item count", params: { count: total } }));
    }
    // What nobody reads: the pipe fills, and the requests wait for it.
    let beforeMib = -1;
    let stillRounds = 0;
    for (let round = 0; stillRounds < 5 && round < 200; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const mib = residentMib(child.pid);
      stillRounds = Math.abs(mib - beforeMib) < 2 ? stillRounds + 1 : 0;
      beforeMib = mib;
      expect(mib).toBeLessThan(250);
    }
    expect(stillRounds).toBe(5);
    const counts = new Map<number, number>();
    const answered = new Set<unknown>();
    for await (const text of createInterface({ input: stdout })) {
      const message = JSON.parse(text) as {
        id?: number;
        params?: { request_id: number; event: { n?: number } };
      };
      const { request_id: id, event } = message.params ?? { request_id: -1, event: {} };
      if (event.n !== undefined) {
        if (event.n !== (counts.get(id) ?? 0))
          throw new Error(`request ${id}: lost before ${event.n}`);
        counts.set(id, event.n + 1);
      }
      if (message.id !== undefined && message.id > 0) answered.add(message.id);
      if (answered.size === 3) stdin.end();
    }
    expect([...counts.values()]).toEqual([total, total, total]);
  },
);
