import { createHash } from "node:crypto";
import { RetryableError, UserError } from "@aomori/protocol";
import type { IdempotencyPort, IdempotentAnswer, IdempotentRequest } from "./ports.ts";

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** Throws for a key no header should carry. */
export function checkIdempotencyKey(key: string): void {
  if (keyPattern.test(key)) return;
  throw new UserError(
    "validation",
    "IDEMPOTENCY_KEY_INVALID",
    "an Idempotency-Key is 1 to 255 printable ASCII characters without spaces",
  );
}

/** JSON with sorted keys, so that the order a client writes its fields in does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

export function requestHash(input: unknown): Uint8Array {
  return createHash("sha256").update(canonical(input)).digest();
}

const reused = (key: string): UserError =>
  new UserError(
    "conflict",
    "IDEMPOTENCY_KEY_REUSED",
    `Idempotency-Key ${key} was used for another request; use a new key`,
  );

const unanswered = (key: string, effect: string): UserError =>
  new UserError(
    "conflict",
    "IDEMPOTENT_ANSWER_LOST",
    `the request with Idempotency-Key ${key} was carried out (${effect}), but its answer was not stored, for instance because the server stopped; nothing was done again: look at what is there instead of repeating it`,
  );

interface Running {
  readonly hash: string;
  readonly answer: Promise<IdempotentAnswer>;
}

/** Runs a call once per key: a duplicate waits for the first in this process, and gets its answer ever after. */
export class IdempotentCalls {
  readonly #port: IdempotencyPort;
  readonly #running = new Map<string, Running>();

  constructor(port: IdempotencyPort) {
    this.#port = port;
  }

  /** Throws IDEMPOTENCY_KEY_REUSED, IDEMPOTENT_ANSWER_LOST, or the retryable IDEMPOTENCY_KEY_IN_USE while another process runs the first call. */
  async run(
    request: IdempotentRequest,
    call: () => Promise<IdempotentAnswer>,
  ): Promise<{ readonly answer: IdempotentAnswer; readonly replayed: boolean }> {
    const id = JSON.stringify([request.orgId, request.operation, request.key]);
    const hash = Buffer.from(request.requestHash).toString("hex");
    const running = this.#running.get(id);
    if (running !== undefined) {
      if (running.hash !== hash) throw reused(request.key);
      return { answer: await running.answer, replayed: true };
    }
    let replayed = true;
    const answer = this.#claimed(request, () => {
      replayed = false;
      return call();
    });
    this.#running.set(id, { hash, answer });
    try {
      return { answer: await answer, replayed };
    } finally {
      this.#running.delete(id);
    }
  }

  async #claimed(
    request: IdempotentRequest,
    call: () => Promise<IdempotentAnswer>,
  ): Promise<IdempotentAnswer> {
    const claim = await this.#port.claim(request);
    if (claim.kind === "answered") return claim.answer;
    if (claim.kind === "other_request") throw reused(request.key);
    if (claim.kind === "running") {
      throw new RetryableError(
        "conflict",
        "IDEMPOTENCY_KEY_IN_USE",
        `the first request with Idempotency-Key ${request.key} is still running; ask again`,
        { retryAfterMs: 1_000 },
      );
    }
    if (claim.kind === "unanswered") throw unanswered(request.key, claim.effect);
    let answer: IdempotentAnswer;
    try {
      answer = await this.#port.carryOut(request, call);
    } catch (error) {
      await this.#port.release(request);
      throw error;
    }
    await this.#port.complete(request, answer);
    return answer;
  }
}
