import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "@aomori/protocol";
import { acquireLock, writeFileAtomic } from "@aomori/system";
import { emptyPolicy, readPolicyFile } from "./policy-file.ts";
import type { PolicyContent } from "./policy-file.ts";
import { policyFields } from "./policy.ts";
import type { PolicyFile, PolicyList, PolicyPlace, PolicyRow } from "./policy.ts";
import { compileRow, placeInWords } from "./read-policy.ts";

export interface AddedRow {
  readonly place: PolicyPlace;
  /** False when the same four patterns were there already; then the file is as it was. */
  readonly added: boolean;
}

/** Puts a row at the end of its list and leaves the others as they are; throws POLICY_INVALID for a bad pattern, LOCK_HELD when another process is at it. */
export async function addPolicyRow(
  file: PolicyFile,
  list: PolicyList,
  row: PolicyRow,
): Promise<AddedRow> {
  return change<AddedRow>(file, (content) => {
    const rows = content[list];
    const existing = rows.findIndex((other) => isSameRow(other, row));
    const index = existing === -1 ? rows.length : existing;
    const place = { ...file, list, index };
    compileRow(row, place);
    if (existing !== -1) return { result: { place, added: false } };
    return { result: { place, added: true }, next: { ...content, [list]: [...rows, row] } };
  });
}

/** Takes one row out and answers it; throws POLICY_ROW_NOT_FOUND. */
export async function removePolicyRow(
  file: PolicyFile,
  list: PolicyList,
  index: number,
): Promise<PolicyRow> {
  return change(file, (content) => {
    const row = content[list][index];
    if (row === undefined) throw rowNotFound(file, list, index, content[list].length);
    return { result: row, next: { ...content, [list]: content[list].toSpliced(index, 1) } };
  });
}

interface Change<Result> {
  readonly result: Result;
  /** Absent when nothing changes. */
  readonly next?: PolicyContent;
}

async function change<Result>(
  { path }: PolicyFile,
  apply: (content: PolicyContent) => Change<Result>,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  await using _lock = await acquireLock(`${path}.lock`);
  const { result, next } = apply((await readPolicyFile(path)) ?? emptyPolicy);
  if (next !== undefined) await writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`);
  return result;
}

function isSameRow(left: PolicyRow, right: PolicyRow): boolean {
  return policyFields.every((field) => left[field] === right[field]);
}

function rowNotFound(file: PolicyFile, list: PolicyList, index: number, count: number): UserError {
  const message = `${file.path} has no row ${placeInWords({ list, index })}: ${list} has ${count} rows; "aomori plugins policy list" numbers them from 0`;
  return new UserError("not_found", "POLICY_ROW_NOT_FOUND", message, {
    details: { path: file.path, list, index },
  });
}
