import { phases } from "@aomori/contract";
import type { Phase, SpecId, SpecResource } from "@aomori/contract";
import { RetryableError, UserError } from "@aomori/protocol";
import { streamSignals } from "./event-stream.ts";
import type { Endpoint } from "./send.ts";

export interface WaitOptions {
  /** The phase the spec must have reached, or `completed`, the default. */
  readonly until?: Phase | "completed";
  /** No limit when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

function reached(spec: SpecResource, until: Phase | "completed"): boolean {
  if (spec.status === "completed") return true;
  return until !== "completed" && phases.indexOf(spec.phase) >= phases.indexOf(until);
}

/** Why a spec that has not arrived will not without a person's help. */
function stopped(spec: SpecResource): UserError | undefined {
  const details = { spec_id: spec.id, status: spec.status, phase: spec.phase };
  const because = spec.failure === null ? "" : `: ${spec.failure.message}`;
  const error = (code: string, what: string, todo: string): UserError =>
    new UserError("conflict", code, `spec ${spec.id} ${what}; ${todo}`, { details });
  if (spec.status === "failed") {
    return error("SPEC_FAILED", `failed in ${spec.phase}${because}`, "look, then retry its phase");
  }
  if (spec.status === "cancelled") {
    return error("SPEC_CANCELLED", `was cancelled in ${spec.phase}`, "create another");
  }
  if (spec.status === "awaiting_approval") {
    return error(
      "SPEC_AWAITS_APPROVAL",
      `waits in ${spec.phase}`,
      "approve or reject its artefact",
    );
  }
  return undefined;
}

/**
 * Resolves when the spec has got there. Looks whenever the stream (re)connects, so that nothing is missed, and
 * after each of its events. Throws SPEC_FAILED, SPEC_CANCELLED, SPEC_AWAITS_APPROVAL, WAIT_TIMEOUT.
 */
export async function waitForSpec(
  endpoint: Endpoint,
  id: SpecId,
  { until = "completed", timeoutMs, signal }: WaitOptions,
  get: (signal: AbortSignal) => Promise<SpecResource>,
): Promise<SpecResource> {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
  const types = ["spec.*", "phase.*"] as const;
  try {
    for await (const _ of streamSignals(endpoint, { specId: id, types, signal: either })) {
      const spec = await get(either);
      if (reached(spec, until)) return spec;
      const error = stopped(spec);
      if (error !== undefined) throw error;
    }
  } catch (error) {
    if (timeout?.aborted !== true || error !== timeout.reason) throw error;
    throw new RetryableError(
      "timeout",
      "WAIT_TIMEOUT",
      `spec ${id} has not reached ${until} within ${timeoutMs} ms; wait again or look at its status`,
      { cause: error },
    );
  }
  throw new RetryableError(
    "temporary",
    "STREAM_ENDED",
    `the events of spec ${id} ended; wait again`,
  );
}
