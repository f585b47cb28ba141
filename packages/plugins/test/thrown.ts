import { isCodedError } from "@aomori/protocol";
import type { CodedError } from "@aomori/protocol";

/** The coded error that a call throws or rejects with; fails when it does neither. */
export async function thrown(call: () => unknown): Promise<CodedError> {
  try {
    await call();
  } catch (error) {
    if (isCodedError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
