export { lint } from "./lint.ts";
export type { Check, LintOptions } from "./lint.ts";
export { chooseRules, familyOf, inProfile, profiles, warningsFail } from "./profile.ts";
export type { Profile, RuleChoice } from "./profile.ts";
export { readRecipe } from "./recipe.ts";
export type { Arguments, FailureRecipe, InputRecipe, Recipe, SecretsRecipe } from "./recipe.ts";
export type { Certainty, Finding, Rule, Severity, Verdict } from "./rule.ts";
export { rules } from "./rules/table.ts";
