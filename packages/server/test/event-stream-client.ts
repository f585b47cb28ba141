import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { key } from "./test-server.ts";

export interface StreamRecord {
  readonly id: number | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly comment: string | undefined;
}

function recordOf(block: string): StreamRecord {
  const field = (name: string): string | undefined =>
    block
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const id = field("id");
  return {
    id: id === undefined ? undefined : Number(id),
    event: field("event"),
    data: field("data"),
    comment: field(""),
  };
}

/** One raw connection to the stream; it reads what comes until told to pause. */
export class StreamClient implements AsyncDisposable {
  readonly response: IncomingMessage;
  readonly records: StreamRecord[] = [];
  ended = false;
  #rest = "";

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    response.on("close", () => {
      this.ended = true;
    });
    response.on("error", () => {
      this.ended = true;
    });
  }

  static open(
    url: string,
    query = "",
    headers: Record<string, string> = {},
  ): Promise<StreamClient> {
    return new Promise((resolve, reject) => {
      request(`${url}/api/events/stream${query}`, {
        headers: { authorization: `Bearer ${key}`, ...headers },
      })
        .on("response", (response) => resolve(new StreamClient(response)))
        .on("error", reject)
        .end();
    });
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    this.records.push(...blocks.map(recordOf));
  }

  /** Seqs of the events received, in order. */
  get seqs(): number[] {
    return this.records.flatMap(({ id, data, event }) =>
      id === undefined || data === undefined || event === "aomori.cursor" ? [] : [id],
    );
  }

  get types(): (string | undefined)[] {
    return this.records.filter(({ data }) => data !== undefined).map(({ event }) => event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.response.destroy();
    while (!this.ended) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
