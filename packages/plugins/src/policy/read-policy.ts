import { RE2JS, RE2JSException } from "re2js";
import { printable, shown } from "../names/shown.ts";
import { policyInvalid, policyLists, readPolicyFile } from "./policy-file.ts";
import { defaultRow, policyFields } from "./policy.ts";
import type {
  CompiledRow,
  Policy,
  PolicyField,
  PolicyFile,
  PolicyList,
  PolicyPlace,
  PolicyRow,
} from "./policy.ts";

/**
 * The built-in row and the rows of all files that are there. Every pattern is compiled here, so that a broken one is an
 * error (POLICY_INVALID, with file, list, row and field) whatever is asked of the policy later.
 */
export async function readPolicy(files: readonly PolicyFile[]): Promise<Policy> {
  const builtin = { scope: "builtin", list: "allow", index: 0 } as const;
  const rows = [compileRow(defaultRow, builtin)];
  for (const { scope, path } of files) {
    const content = await readPolicyFile(path);
    if (content === undefined) continue;
    for (const list of policyLists) {
      for (const [index, row] of content[list].entries()) {
        rows.push(compileRow(row, { scope, path, list, index }));
      }
    }
  }
  return { rows };
}

/** Throws POLICY_INVALID. */
export function compileRow(row: PolicyRow, place: PolicyPlace): CompiledRow {
  const [owner, repository, commit, version] = policyFields.map((field) =>
    compilePattern(row[field], field, place),
  );
  if (!owner || !repository || !commit || !version) throw new Error("a row lost a pattern");
  return { row, place, patterns: { owner, repository, commit_sha: commit, version } };
}

/** Time grows with this and with the length of the text, and with nothing else. */
const maxProgramSize = 5000;

function compilePattern(pattern: string, field: PolicyField, place: PolicyPlace): RE2JS {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() <= maxProgramSize) return compiled;
    throw brokenPattern(
      pattern,
      field,
      place,
      "it is too large once its repetitions are written out",
    );
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw brokenPattern(pattern, field, place, printable(error.message), error);
  }
}

function brokenPattern(
  pattern: string,
  field: PolicyField,
  { path, list, index }: PolicyPlace,
  why: string,
  cause?: unknown,
): Error {
  const where = placeInWords({ list, index }, field);
  const text = `${where}: ${shown(pattern)} is no regular expression of RE2 (${why})`;
  return policyInvalid(path ?? "of this program", text, { cause, list, index, field });
}

/** `deny[2].owner`. */
export function placeInWords(
  place: { readonly list: PolicyList; readonly index: number },
  field?: PolicyField,
): string {
  const row = `${place.list}[${place.index}]`;
  return field === undefined ? row : `${row}.${field}`;
}
