import { UserError } from "@aomori/protocol";
import type { Rule } from "./rule.ts";

export const profiles = ["core", "strict", "proposed", "legacy-0.2"] as const;
export type Profile = (typeof profiles)[number];

/** What a stream must be before anything else is worth asking: no recipe, no discovery, nothing of our own reading but exits. */
const coreFamilies: ReadonlySet<string> = new Set(["STR", "NAME", "META", "SUM", "ERR"]);
const coreBesides: ReadonlySet<string> = new Set(["EXIT-001", "EXIT-003", "SIG-001", "TIME-003"]);
/** Proposed rules that belong to every serious claim. */
const strictFamilies: ReadonlySet<string> = new Set(["SIG", "EXIT"]);

export function familyOf(id: string): string {
  return id.slice(0, id.indexOf("-"));
}

/** True when a warning fails a run of this profile as an error does. */
export function warningsFail(profile: Profile): boolean {
  return profile === "strict" || profile === "proposed";
}

export interface RuleChoice {
  readonly profile: Profile;
  /** Only these, whatever the profile; a family (`SIG`) stands for all of its rules. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

/** The rules a choice selects, in table order; throws UNKNOWN_RULE for a name no rule has. */
export function chooseRules(rules: readonly Rule[], choice: RuleChoice): Rule[] {
  const { profile, only, skip = [] } = choice;
  for (const name of [...(only ?? []), ...skip]) {
    if (!rules.some((rule) => matches(rule, name))) {
      throw new UserError(
        "usage",
        "UNKNOWN_RULE",
        `no rule is called ${name}; "aoi-lint --explain all" lists them`,
      );
    }
  }
  return rules.filter((rule) => {
    const chosen =
      only === undefined ? inProfile(rule, profile) : only.some((name) => matches(rule, name));
    return chosen && !skip.some((name) => matches(rule, name));
  });
}

export function inProfile(rule: Rule, profile: Profile): boolean {
  const { id, certainty } = rule;
  const isCore = coreBesides.has(id) || (certainty === "found" && coreFamilies.has(familyOf(id)));
  switch (profile) {
    case "core":
      return isCore;
    case "legacy-0.2":
      return isCore && id !== "NAME-001";
    case "strict":
      return certainty === "found" || strictFamilies.has(familyOf(id)) || id === "TIME-003";
    case "proposed":
      return true;
  }
}

function matches(rule: Rule, name: string): boolean {
  return rule.id === name.toUpperCase() || familyOf(rule.id) === name.toUpperCase();
}
