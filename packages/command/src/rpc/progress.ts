import type { RequestId } from "./message.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Tells an MCP client how a call goes: from `aoi:progress`, and from the phases a command streams. */
export class Progress {
  readonly #token: RequestId | undefined;
  readonly #send: (message: Fields) => Promise<void>;
  #progress = 0;

  /** Without a token nobody asked, and nothing is told. */
  constructor(token: RequestId | undefined, send: (message: Fields) => Promise<void>) {
    this.#token = token;
    this.#send = send;
  }

  async observe(event: Fields): Promise<void> {
    const type = String(event["type"]);
    if (this.#token === undefined) return;
    if (type !== "aoi:progress" && !type.startsWith("phase.")) return;
    const { done, total, message, summary } = event;
    this.#progress = this.#after(done);
    const told = typeof message === "string" ? message : summary;
    await this.#send({
      method: "notifications/progress",
      params: {
        progressToken: this.#token,
        progress: this.#progress,
        ...(typeof total === "number" ? { total } : {}),
        ...(typeof told === "string" ? { message: told } : {}),
      },
    });
  }

  /** It must grow with every notification (MCP, progress); an event without a number is one step. */
  #after(done: unknown): number {
    if (typeof done === "number" && done > this.#progress) return done;
    return this.#progress + (typeof done === "number" ? 1e-6 : 1);
  }
}
