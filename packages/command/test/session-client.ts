import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

type Fields = Record<string, unknown>;

export interface Answer {
  readonly id: string | number | null;
  readonly result?: Fields;
  readonly error?: { code: number; message: string; data: Fields };
}

/** Talks JSON-RPC with a program over its standard input and output, as a client would. */
export class SessionClient {
  readonly child: ChildProcess;
  readonly answers: Answer[] = [];
  readonly #events = new Map<unknown, Fields[]>();
  readonly #waiting = new Map<unknown, (answer: Answer) => void>();
  readonly #watchers = new Set<() => void>();
  #nextId = 1;
  stderr = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    if (this.child.stdout === null) throw new Error("no stdout");
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#take(line));
  }

  events(id: unknown): readonly Fields[] {
    return this.#events.get(id) ?? [];
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  notify(method: string, params: Fields): void {
    this.write(`${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`);
  }

  start(method: string, params: Fields = {}): { id: number; answer: Promise<Answer> } {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return { id, answer };
  }

  request(method: string, params: Fields = {}): Promise<Answer> {
    return this.start(method, params).answer;
  }

  initialize(more: Fields = {}): Promise<Answer> {
    return this.request("initialize", {
      protocol_version: "0.3",
      client: { name: "test" },
      ...more,
    });
  }

  /** Resolves once what has arrived says so. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  /** Ends the input and resolves with the exit status. */
  async end(): Promise<number | null> {
    this.child.stdin?.end();
    return await this.exit();
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await once(this.child, "exit");
    return this.child.exitCode;
  }

  #take(line: string): void {
    const message = JSON.parse(line) as Fields & Answer & { params?: Fields };
    if (message["method"] === "$/event") {
      const id = message.params?.["request_id"];
      this.#events.set(id, [...this.events(id), message.params?.["event"] as Fields]);
    } else {
      this.answers.push(message);
      this.#waiting.get(message.id)?.(message);
    }
    this.#watchers.forEach((watch) => watch());
  }
}
