import { Client } from "@aomori/sdk";
import { localKeyName } from "@aomori/server";
import { homeLayout, readCredentials, readServerInfo } from "@aomori/system";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { builtCommand } from "../cli/built-command.ts";
import { measuredEnvironment } from "../measuring/bench-child.ts";

const startDeadlineMs = 60_000;
const stopDeadlineMs = 15_000;
const lookEveryMs = 3;

/** How the server is started: the built command line where there is one, its sources otherwise. */
export function serverCommand(): { readonly argv: readonly string[]; readonly from: string } {
  const built = builtCommand();
  if (built !== undefined) {
    const [node = process.execPath, ...entry] = built;
    // As the command line starts it in the background.
    const argv = [node, "--liftoff-only", ...entry, "server", "start", "--foreground"];
    return { argv: [...argv, "--log-to-file"], from: "the built command line" };
  }
  const file = fileURLToPath(new URL("./server-process.ts", import.meta.url));
  const flags = ["--liftoff-only", "--no-warnings", "--conditions=aomori-source"];
  return { argv: [process.execPath, ...flags, file], from: "sources" };
}

/** The local server of a home, in a process of its own. */
export class RunningServer implements AsyncDisposable {
  readonly url: string;
  readonly apiKey: string;
  /** Of the process that serves, whoever started it. */
  readonly pid: number;
  /** From the start of the process to the first authenticated answer that read the store. */
  readonly startMs: number;
  readonly #process: ChildProcess;

  private constructor(
    process: ChildProcess,
    facts: {
      readonly url: string;
      readonly apiKey: string;
      readonly pid: number;
      readonly startMs: number;
    },
  ) {
    this.#process = process;
    this.url = facts.url;
    this.apiKey = facts.apiKey;
    this.pid = facts.pid;
    this.startMs = facts.startMs;
  }

  static async start(home: string): Promise<RunningServer> {
    const { argv } = serverCommand();
    const [file = process.execPath, ...args] = argv;
    const layout = homeLayout({ AOMORI_HOME: home });
    const startedAtMs = performance.now();
    const child = spawn(file, args, {
      env: measuredEnvironment({ AOMORI_HOME: home }),
      stdio: ["ignore", "ignore", "inherit"],
    });
    try {
      for (;;) {
        const info = await readServerInfo(layout.serverInfoFile);
        const { [localKeyName]: apiKey } = await readCredentials(layout.credentialsFile);
        if (info !== undefined && apiKey !== undefined) {
          const url = `http://127.0.0.1:${info.port}`;
          const status = await getStatus(`${url}/api/specs`, apiKey);
          if (status !== 200) throw new Error(`the server answered ${status}`);
          const startMs = performance.now() - startedAtMs;
          return new RunningServer(child, { url, apiKey, pid: info.pid, startMs });
        }
        if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
        if (performance.now() - startedAtMs > startDeadlineMs)
          throw new Error("the server never came");
        await delay(lookEveryMs);
      }
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    await new Client({ baseUrl: this.url, apiKey: this.apiKey }).system.drain();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), stopDeadlineMs);
    await gone;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** MiB, from /proc: what the process holds now, and the most it has held. */
  async memory(): Promise<{ readonly nowMib: number; readonly peakMib: number }> {
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    const read = (name: string): number => {
      const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
      if (kib === undefined) throw new Error(`/proc/${this.pid}/status has no ${name}`);
      return Number(kib) / 1024;
    };
    return { nowMib: read("VmRSS"), peakMib: read("VmHWM") };
  }
}

function getStatus(url: string, apiKey: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { authorization: `Bearer ${apiKey}` } }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    })
      .once("error", reject)
      .end();
  });
}
