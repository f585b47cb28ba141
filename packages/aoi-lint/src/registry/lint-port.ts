import type { RuleVerdict } from "./entry.ts";
import type { ToolOptions } from "./discover-tool.ts";

/** What the registry needs of a linted tool. */
export interface LintedTool {
  readonly linterVersion: string;
  /** Nothing failed that the profile does not let pass. */
  readonly conforms: boolean;
  readonly verdicts: Readonly<Record<string, RuleVerdict>>;
  /** For people: the rule and what broke it, one line each. */
  readonly failures: readonly string[];
}

/** Lints one command with a profile. */
export type LintTool = (
  command: readonly string[],
  options: ToolOptions & { readonly profile: string },
) => Promise<LintedTool>;
