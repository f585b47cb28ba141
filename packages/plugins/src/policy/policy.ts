import type { RE2JS } from "re2js";
import type { Commit, Owner, Ref, Repository, Version } from "../names/names.ts";

export const policyFields = ["owner", "repository", "commit_sha", "version"] as const;

export type PolicyField = (typeof policyFields)[number];

/** Regular expressions in RE2's syntax, each matched against the whole value. */
export interface PolicyRow extends Readonly<Record<PolicyField, string>> {
  /** Why the row is there, for whoever meets it. */
  readonly reason?: string;
}

export type PolicyList = "allow" | "deny";

/** Whose the file is. A row means the same in each. */
export type PolicyScope = "system" | "user" | "project" | "builtin";

export interface PolicyFile {
  readonly scope: Exclude<PolicyScope, "builtin">;
  readonly path: string;
}

/** Where a row stands. */
export interface PolicyPlace {
  readonly scope: PolicyScope;
  /** Absent for the row that comes with the program. */
  readonly path?: string;
  readonly list: PolicyList;
  /** Of the row in its list, from 0. */
  readonly index: number;
}

export interface CompiledRow {
  readonly row: PolicyRow;
  readonly place: PolicyPlace;
  readonly patterns: Readonly<Record<PolicyField, RE2JS>>;
}

/** All rows, in the order of the files they come from. */
export interface Policy {
  readonly rows: readonly CompiledRow[];
}

/** What is to be installed. */
export interface PolicySubject {
  readonly owner: Owner;
  readonly repository: Repository;
  /** As asked for. */
  readonly ref: Ref;
  /** What `ref` is, where that is known already. */
  readonly commit?: Commit;
  readonly version: Version;
}

/** The row of a program without any file. */
export const defaultRow: PolicyRow = {
  owner: "(?i)aomori",
  repository: ".*",
  commit_sha: ".*",
  version: ".*",
};
