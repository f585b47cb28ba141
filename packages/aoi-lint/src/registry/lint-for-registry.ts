import { UserError } from "@aomori/protocol";
import type { Check } from "../lint.ts";
import { lint } from "../lint.ts";
import type { Profile } from "../profile.ts";
import { profiles, warningsFail } from "../profile.ts";
import { linterVersion } from "../version.ts";
import type { RuleVerdict } from "./entry.ts";
import type { LintTool } from "./lint-port.ts";

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
  return {
    linterVersion,
    conforms: counting.length === 0 && checks.some(({ verdict }) => verdict === "passed"),
    verdicts: Object.fromEntries(
      checks.map(({ rule, verdict }): [string, RuleVerdict] => [rule, verdict]),
    ),
    failures: counting.map(({ rule, findings }) => `${rule} ${findings[0]?.message ?? "failed"}`),
  };
};

function profileOf(name: string): Profile {
  const found = profiles.find((profile) => profile === name);
  if (found !== undefined) return found;
  throw new UserError(
    "usage",
    "PROFILE_UNKNOWN",
    `aoi-lint has no profile "${name}"; it has ${profiles.join(", ")}`,
  );
}
