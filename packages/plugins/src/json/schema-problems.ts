import { didYouMean } from "@aomori/protocol";
import type * as z from "zod";
import { fieldPath } from "./strict-json.ts";

export interface FieldProblem {
  /** `binaries.linux_x86_64`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type Checked<Value> =
  | { readonly kind: "valid"; readonly value: Value }
  | {
      /** `misshapen`: a field is missing or of another type; `invalid`: the fields are there, and say what they must not. */
      readonly kind: "misshapen" | "invalid";
      readonly problems: readonly FieldProblem[];
    };

/** Checks a parsed JSON value against a schema. `fields` are the names a mistyped one may have meant. */
export function checkShape<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  fields: readonly string[] = [],
): Checked<Value> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { kind: "valid", value: result.data };
  const problems = result.error.issues.map((issue) => problemOf(issue, fields));
  const isMisshapen = result.error.issues.some(({ code }) => shapeIssues.includes(code));
  return { kind: isMisshapen ? "misshapen" : "invalid", problems };
}

const shapeIssues: readonly z.core.$ZodIssue["code"][] = [
  "invalid_type",
  "invalid_value",
  "invalid_union",
];

const shownCount = 5;

/** The problems as the end of a sentence. */
export function describeProblems(problems: readonly FieldProblem[]): string {
  const texts = problems
    .slice(0, shownCount)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const rest = problems.length - texts.length;
  return rest > 0 ? `${texts.join("; ")}; and ${rest} more` : texts.join("; ");
}

function problemOf(issue: z.core.$ZodIssue, fields: readonly string[]): FieldProblem {
  const path = fieldPath(issue.path);
  switch (issue.code) {
    case "invalid_key":
      return { path, message: issue.issues[0]?.message ?? issue.message };
    case "unrecognized_keys": {
      const [key = ""] = issue.keys;
      const message = `there is no such field.${didYouMean(key, fields)}`;
      return { path: fieldPath([...issue.path, key]), message };
    }
    case "invalid_type":
    case "invalid_value":
      return { path, message: issue.input === undefined ? "it is missing" : issue.message };
    default:
      return { path, message: issue.message };
  }
}
