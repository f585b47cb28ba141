import { UserError } from "@aomori/protocol";
import { shown } from "../names/shown.ts";
import { policyFields } from "./policy.ts";
import type {
  CompiledRow,
  Policy,
  PolicyField,
  PolicyPlace,
  PolicyRow,
  PolicySubject,
} from "./policy.ts";
import { placeInWords } from "./read-policy.ts";

/** How one row met the subject. */
export interface RowOutcome {
  readonly row: PolicyRow;
  readonly place: PolicyPlace;
  /** Empty when the row matches. */
  readonly differs: readonly PolicyField[];
}

export interface PolicyDecision {
  readonly subject: PolicySubject;
  readonly allowed: boolean;
  /** The first row that denies, else the first that allows; absent when no row matches, which is a refusal. */
  readonly decidedBy?: RowOutcome;
  /** Of every row, in the policy's order. */
  readonly outcomes: readonly RowOutcome[];
}

/** One row that denies beats every row that allows, wherever either stands. */
export function decide(policy: Policy, subject: PolicySubject): PolicyDecision {
  const outcomes = policy.rows.map((row) => outcomeOf(row, subject));
  const matching = outcomes.filter(({ differs }) => differs.length === 0);
  const decidedBy = matching.find(({ place }) => place.list === "deny") ?? matching[0];
  return {
    subject,
    allowed: decidedBy?.place.list === "allow",
    ...(decidedBy === undefined ? {} : { decidedBy }),
    outcomes,
  };
}

function outcomeOf({ row, place, patterns }: CompiledRow, subject: PolicySubject): RowOutcome {
  const { owner, repository, ref, commit, version } = subject;
  const values: Readonly<Record<PolicyField, readonly string[]>> = {
    owner: [owner],
    repository: [repository],
    commit_sha: commit === undefined ? [ref] : [ref, commit],
    version: [version],
  };
  const differs = policyFields.filter(
    (field) => !values[field].some((value) => patterns[field].matches(value)),
  );
  return { row, place, differs };
}

/** Of a decision that refuses. */
export function notWhitelisted(decision: PolicyDecision): UserError {
  const { subject, decidedBy } = decision;
  const { owner, repository, ref, commit, version } = subject;
  const tuple = `owner ${owner}, repository ${repository}, commit ${commit ?? ref} (asked for as ${ref}), version ${version}`;
  const why = decidedBy === undefined ? nothingAllows() : deniedBy(decidedBy);
  return new UserError(
    "authz",
    "PLUGIN_NOT_WHITELISTED",
    `${owner}/${repository} is not installed: ${tuple}: ${why}`,
    {
      details: {
        owner,
        repository,
        commit_sha: commit ?? ref,
        ref,
        version,
        ...(decidedBy === undefined ? {} : { decided_by: decidedBy }),
      },
    },
  );
}

function nothingAllows(): string {
  return 'no row of the policy allows it; add one with "aomori plugins policy add", or pass --allow-untrusted for this once';
}

function deniedBy({ place, row }: RowOutcome): string {
  const reason = row.reason === undefined ? "" : ` (${shown(row.reason)})`;
  return `${placeInWords(place)} of ${place.path ?? "the program"} denies it${reason}; ask whoever keeps that file, "aomori plugins policy test" shows every row`;
}
