import { Client } from "@aomori/sdk";
import { homeLayout, readCredentials } from "@aomori/system";
import type { HomeLayout } from "@aomori/system";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("./serve-child.ts", import.meta.url));

export interface ServerStart {
  readonly version?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Put before `node`, such as a shell that sets a limit. */
  readonly wrapper?: readonly string[];
}

export type Answer =
  | { readonly kind: "ready"; readonly url: string; readonly port: number }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "died" };

function parseAnswer(line: string): Answer {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) throw new Error(`not an answer: ${line}`);
  if ("url" in value && "port" in value) {
    return { kind: "ready", url: String(value.url), port: Number(value.port) };
  }
  const refused: unknown = "refused" in value ? value.refused : undefined;
  if (typeof refused === "object" && refused !== null && "code" in refused) {
    const message = "message" in refused ? String(refused.message) : "";
    return { kind: "refused", code: String(refused.code), message };
  }
  throw new Error(`not an answer: ${line}`);
}

/** A server as a real process of its own, on a home of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly layout: HomeLayout;
  readonly answer: Promise<Answer>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(home: string, { version = "0.1.0", port = 0, env = {}, wrapper = [] }: ServerStart) {
    this.layout = homeLayout({ AOMORI_HOME: home });
    const argv = [
      ...wrapper,
      process.execPath,
      "--liftoff-only",
      "--conditions=aomori-source",
      entry,
      version,
      String(port),
    ];
    this.#child = spawn(argv[0] ?? "", argv.slice(1), {
      env: { ...process.env, AOMORI_HOME: home, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-20_000);
    });
    this.ended = once(this.#child, "exit").then(() => ({
      code: this.#child.exitCode,
      signal: this.#child.signalCode,
    }));
    this.answer = this.#firstLine();
  }

  static async start(home: string, options: ServerStart = {}): Promise<ServerProcess> {
    const server = new ServerProcess(home, options);
    const answer = await server.answer;
    if (answer.kind === "ready") return server;
    throw new Error(`the server did not start: ${JSON.stringify(answer)}\n${server.stderr}`);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async client(): Promise<Client> {
    const answer = await this.answer;
    if (answer.kind !== "ready") throw new Error(`the server is not there: ${answer.kind}`);
    const { local } = await readCredentials(this.layout.credentialsFile);
    return new Client({
      baseUrl: answer.url,
      maxRetries: 0,
      ...(local === undefined ? {} : { apiKey: local }),
    });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.alive) this.#child.kill(signal);
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #firstLine(): Promise<Answer> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("the server has no standard output");
    for await (const line of createInterface({ input: stdout })) return parseAnswer(line);
    await this.ended;
    return { kind: "died" };
  }
}
