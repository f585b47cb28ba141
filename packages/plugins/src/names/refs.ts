import { parseName } from "./name-rule.ts";
import type { NameRule } from "./name-rule.ts";
import type { Commit, Ref } from "./names.ts";

/** git-check-ref-format(1), for ASCII; what it says of components is in `refProblem`. */
export const refRule: NameRule<Ref> = {
  noun: "a branch, tag or commit",
  code: "INVALID_REF",
  maxLength: 200,
  pattern: /^[!-~]+$/,
  shape: "printable ASCII without blanks",
  next: 'give a name that "git check-ref-format --branch" accepts, or a whole commit id',
  refusal: refProblem,
  canonical: lowerCaseOfCommit,
};

export const commitRule: NameRule<Commit> = {
  noun: "a commit id",
  code: "INVALID_COMMIT",
  maxLength: 40,
  pattern: /^[0-9a-fA-F]{40}$/,
  shape: "40 hexadecimal digits",
  next: 'give the whole id, as "git rev-parse" prints it',
  canonical: lowerCaseOfCommit,
};

/** What is asked for when nothing is. */
export const headRef: Ref = parseRef("HEAD");

/** Throws INVALID_REF. A commit id comes back in lower case. */
export function parseRef(text: string): Ref {
  return parseName(refRule, text);
}

/** Throws INVALID_COMMIT; an abbreviated id is none. */
export function parseCommit(text: string): Commit {
  return parseName(commitRule, text);
}

/** The commit a ref names by itself, without asking anybody: a whole id. */
export function commitOfRef(ref: Ref): Commit | undefined {
  return commitRule.pattern.test(ref) ? parseCommit(ref) : undefined;
}

/** Rules 1 and 3 to 9 of git-check-ref-format(1), and `%`, which no address needs to carry. */
export function refProblem(text: string): string | undefined {
  const forbidden = /[~^:?*[\\%]/.exec(text)?.[0];
  if (forbidden !== undefined) return `it holds ${forbidden}`;
  if (text.includes("..")) return "it holds two dots in a row";
  if (text.includes("@{") || text === "@") return "git reads its @ as something else";
  if (text.startsWith("-")) return "it begins with a hyphen";
  if (text.endsWith(".")) return "it ends with a dot";
  const parts = text.split("/");
  if (parts.includes("")) return "one of its parts between slashes is empty";
  if (parts.some((part) => part.startsWith("."))) return "one of its parts begins with a dot";
  const isLock = parts.some((part) => part.toLowerCase().endsWith(".lock"));
  return isLock ? "one of its parts ends with .lock" : undefined;
}

function lowerCaseOfCommit(text: string): string {
  return commitRule.pattern.test(text) ? text.toLowerCase() : text;
}
