import { RetryableError, TerminalError, UserError } from "@aomori/protocol";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorClassOf, errorClasses, retryDecision } from "../src/scheduling/retry-decision.ts";

const first = { attempt: 1, maxAttempts: 3, random: () => 0.5 };

describe("a rate limit", () => {
  test("is always retried and never costs an attempt, whatever the count says", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(5_000), (attempt, maxAttempts, backoffs) => {
        const decision = retryDecision({
          errorClass: "rate_limited",
          attempt,
          maxAttempts,
          backoffs,
          random: () => 0.999,
        });
        expect(decision).toMatchObject({ kind: "retry", countsAsAttempt: false });
        if (decision.kind === "retry") expect(decision.afterMs).toBeLessThanOrEqual(900_000);
      }),
    );
  });

  test("waits at least as long as the service asked, and longer each time", () => {
    const limited = { ...first, errorClass: "rate_limited" } as const;
    expect(retryDecision({ ...limited, retryAfterMs: 30_000 })).toMatchObject({ afterMs: 30_000 });
    expect(retryDecision({ ...limited, backoffs: 0 })).toMatchObject({ afterMs: 3_750 });
    expect(retryDecision({ ...limited, backoffs: 2 })).toMatchObject({ afterMs: 15_000 });
    expect(retryDecision({ ...limited, retryAfterMs: Number.NaN })).toMatchObject({
      afterMs: 3_750,
    });
  });
});

test("what another attempt can mend is retried until the attempts are used up; the rest fails at once", () => {
  const mendable = ["temporary", "agent_error", "timeout", "stuck", "validation_failed"];
  for (const errorClass of errorClasses) {
    if (errorClass === "rate_limited") continue;
    const decision = retryDecision({ ...first, errorClass });
    const last = retryDecision({ ...first, attempt: 3, errorClass });
    expect([errorClass, decision.kind]).toEqual([
      errorClass,
      mendable.includes(errorClass) ? "retry" : "fail",
    ]);
    if (decision.kind === "retry") expect(decision.countsAsAttempt).toBe(true);
    expect(last).toEqual({ kind: "fail" });
  }
});

test("a rejected implementation goes back at once", () => {
  expect(retryDecision({ ...first, errorClass: "validation_failed" })).toMatchObject({
    afterMs: 0,
  });
});

test("the class comes from the error's category, not from its words", () => {
  const text = "rate limit exceeded: permission denied, not found, timeout";
  expect(errorClassOf(new RetryableError("rate_limited", "X", "x"))).toBe("rate_limited");
  expect(errorClassOf(new RetryableError("temporary", "X", text))).toBe("temporary");
  expect(errorClassOf(new RetryableError("io", "X", text))).toBe("temporary");
  expect(errorClassOf(new TerminalError("timeout", "X", "x"))).toBe("timeout");
  expect(errorClassOf(new UserError("authn", "X", "x"))).toBe("auth");
  expect(errorClassOf(new UserError("cancelled", "X", "x"))).toBe("cancelled");
  expect(errorClassOf(new UserError("config", "X", text))).toBe("internal");
  expect(errorClassOf(new Error(text))).toBe("internal");
});
