import type {
  IdempotencyClaim,
  IdempotencyPort,
  IdempotentAnswer,
  IdempotentRequest,
} from "@aomori/server";

interface Row {
  readonly hash: string;
  answer?: IdempotentAnswer;
  /** What was done by a process that died before it answered. */
  effect?: string;
}

const idOf = (request: IdempotentRequest): string =>
  [request.orgId, request.operation, request.key].join(" ");
const hashOf = (request: IdempotentRequest): string =>
  Buffer.from(request.requestHash).toString("hex");

/** Keys as a store keeps them; answers go through JSON, as they would through a column. */
export class MemoryIdempotency implements IdempotencyPort {
  readonly rows = new Map<string, Row>();

  claim(request: IdempotentRequest): Promise<IdempotencyClaim> {
    const row = this.rows.get(idOf(request));
    if (row === undefined) {
      this.rows.set(idOf(request), { hash: hashOf(request) });
      return Promise.resolve({ kind: "claimed" });
    }
    if (row.hash !== hashOf(request)) return Promise.resolve({ kind: "other_request" });
    if (row.effect !== undefined) {
      return Promise.resolve({ kind: "unanswered", effect: row.effect });
    }
    if (row.answer === undefined) return Promise.resolve({ kind: "running" });
    return Promise.resolve({ kind: "answered", answer: row.answer });
  }

  carryOut<Result>(_request: IdempotentRequest, call: () => Promise<Result>): Promise<Result> {
    return call();
  }

  complete(request: IdempotentRequest, answer: IdempotentAnswer): Promise<void> {
    const stored: IdempotentAnswer = JSON.parse(JSON.stringify(answer));
    this.rows.set(idOf(request), { hash: hashOf(request), answer: stored });
    return Promise.resolve();
  }

  release(request: IdempotentRequest): Promise<void> {
    this.rows.delete(idOf(request));
    return Promise.resolve();
  }
}
