import { expect, test } from "vitest";
import { CodedError, RetryableError, errorBody } from "@aomori/protocol";

/** As a bundle with its own copy of this package throws it. */
class RetryableErrorOfAnotherCopy extends CodedError {
  override readonly name = "RetryableError";
  readonly retryable = true;
  readonly retryAfterMs = 1500;
}

test("when to try again survives the way between two copies of this package", () => {
  const own = new RetryableError("rate_limited", "TOO_MANY", "later", { retryAfterMs: 1500 });
  const other = new RetryableErrorOfAnotherCopy("rate_limited", "TOO_MANY", "later");
  expect(errorBody(other)).toEqual(errorBody(own));
  expect(errorBody(other)).toMatchObject({ retryable: true, retry_after_ms: 1500 });
});
