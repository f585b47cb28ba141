import { UserError } from "@aomori/protocol";
import { describeProblems } from "../json/schema-problems.ts";
import type { FieldProblem } from "../json/schema-problems.ts";

export function manifestUnreadable(where: string, why: string, cause?: unknown): UserError {
  const message = `the manifest ${where} cannot be read: ${why}; its author has to correct it`;
  return new UserError("validation", "MANIFEST_PARSE", message, { cause, details: { where } });
}

/** JSON of another shape: with what is missing or of another type. */
export function manifestMisshapen(where: string, problems: readonly FieldProblem[]): UserError {
  return faulty("MANIFEST_PARSE", "does not have its shape", where, problems);
}

export function manifestInvalid(where: string, problems: readonly FieldProblem[]): UserError {
  return faulty("MANIFEST_INVALID", "is not valid", where, problems);
}

function faulty(
  code: string,
  how: string,
  where: string,
  problems: readonly FieldProblem[],
): UserError {
  const text = describeProblems(problems);
  const message = `the manifest ${where} ${how}: ${text}; "aomori plugins schema" prints what is right`;
  return new UserError("validation", code, message, { details: { where, problems } });
}

/** Of a manifest in a shape that cannot be said in ours. */
export function manifestUnsupported(where: string, generation: string, why: string): UserError {
  const message = `the manifest ${where} is ${generation}: ${why}`;
  return new UserError("validation", "UNSUPPORTED_MANIFEST", message, {
    details: { where, generation },
  });
}
