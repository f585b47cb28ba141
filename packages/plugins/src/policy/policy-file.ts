import { UserError } from "@aomori/protocol";
import { readTextFile } from "@aomori/system";
import * as z from "zod";
import { checkShape, describeProblems } from "../json/schema-problems.ts";
import { parseStrictJson } from "../json/strict-json.ts";
import { policyFields } from "./policy.ts";
import type { PolicyList, PolicyRow } from "./policy.ts";

export interface PolicyContent {
  readonly schema: 1;
  readonly allow: readonly PolicyRow[];
  readonly deny: readonly PolicyRow[];
}

export const policyLists = ["allow", "deny"] as const satisfies readonly PolicyList[];

const limits = { maxBytes: 1024 * 1024, maxDepth: 8 };
export const emptyPolicy: PolicyContent = { schema: 1, allow: [], deny: [] };

/** Undefined when there is no such file. Throws POLICY_INVALID for an unknown field too: a mistyped `deny` would deny nothing. */
export async function readPolicyFile(path: string): Promise<PolicyContent | undefined> {
  const text = await readTextFile(path);
  if (text === undefined) return undefined;
  const json = parseStrictJson(text, limits);
  if (json.kind === "refused") throw policyInvalid(path, json.why, { cause: json.cause });
  const known = ["schema", ...policyLists, ...policyFields, "reason"];
  const checked = checkShape(policySchema(), json.value, known);
  if (checked.kind === "valid") return checked.value;
  const [first] = checked.problems;
  throw policyInvalid(path, describeProblems(checked.problems), { field: first?.path });
}

export function policyInvalid(
  path: string,
  why: string,
  { cause, ...details }: Readonly<Record<string, unknown>>,
): UserError {
  const message = `the policy ${path} is not valid: ${why}; correct it, nothing is installed until then`;
  return new UserError("config", "POLICY_INVALID", message, {
    cause,
    details: { path, ...details },
  });
}

function policySchema() {
  const pattern = z.string().max(512, "it has more than 512 characters");
  const row = z.strictObject({
    owner: pattern,
    repository: pattern,
    commit_sha: pattern,
    version: pattern,
    reason: z.string().max(500, "it has more than 500 characters").exactOptional(),
  });
  const rows = z.array(row).max(1000, "it has more than 1000 rows").default([]);
  return z.strictObject({ schema: z.literal(1), allow: rows, deny: rows });
}
