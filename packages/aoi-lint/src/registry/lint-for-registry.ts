import { UserError } from "@aomori/protocol";
import type { Check } from "../lint.ts";
import { lint } from "../lint.ts";
import type { Profile } from "../profile.ts";
import { profiles, warningsFail } from "../profile.ts";
import { linterVersion } from "../version.ts";
import type { RuleVerdict } from "./entry.ts";
import type { LintTool } from "./lint-port.ts";

/** Without these nothing was seen of a stream, whatever else passed: a command that was not run gets no entry. */
const seenOfAStream = ["STR-002", "META-001", "SUM-001", "EXIT-001"];

/** The linter, as the registry asks it; throws PROFILE_UNKNOWN (usage) for a profile it does not have. */
export const lintForRegistry: LintTool = async (command, options) => {
  const { cwd, env, signal } = options;
  const profile = profileOf(options.profile);
  const checks: Check[] = [];
  for await (const check of lint({ argv: command, cwd, environment: env, profile, signal })) {
    checks.push(check);
  }
  const failed = checks.filter(({ verdict }) => verdict === "failed");
  const counting = failed.filter(
    ({ severity }) => severity === "error" || (severity === "warn" && warningsFail(profile)),
  );
  const failures = [...counting.map(failureText), ...checks.flatMap(unseenText)];
  return {
    linterVersion,
    conforms: failures.length === 0,
    verdicts: Object.fromEntries(
      checks.map(({ rule, verdict }): [string, RuleVerdict] => [rule, verdict]),
    ),
    failures,
  };
};

function failureText({ rule, findings }: Check): string {
  return `${rule} ${findings[0]?.message ?? "failed"}`;
}

function unseenText({ rule, verdict, reason = "" }: Check): string[] {
  const isUnseen = seenOfAStream.includes(rule) && verdict === "not_verified";
  return isUnseen ? [`${rule} was not verified: ${reason}`] : [];
}

function profileOf(name: string): Profile {
  const found = profiles.find((profile) => profile === name);
  if (found !== undefined) return found;
  throw new UserError(
    "usage",
    "PROFILE_UNKNOWN",
    `aoi-lint has no profile "${name}"; it has ${profiles.join(", ")}`,
  );
}
