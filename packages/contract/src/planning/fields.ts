import * as z from "zod";

/** Text that an evaluator scores: absent reads as empty, so that a thin artefact scores low instead of failing to parse. */
export const text = z.string().default("");

/** A list of lines; absent reads as empty. */
export const lines = z.array(z.string()).default([]);

/** Text, a list or a map, as the model likes it; nobody reads inside. */
export const freeform = z.union([
  z.string(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

/** An id local to one plan (`REQ-AUTH-FUNC-001`, `TSK-001`): required, compared exactly after trimming. */
export const localId = z.string().trim().min(1).max(120);

/** References to such ids; absent reads as none. */
export const localIds = z.array(localId).default([]);
