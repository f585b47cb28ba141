import type { Rule } from "../rule.ts";
import { errorRules } from "./error-rules.ts";
import { exitRules } from "./exit-rules.ts";
import { metaRules } from "./meta-rules.ts";
import { nameRules } from "./name-rules.ts";
import { signalRules } from "./signal-rules.ts";
import { streamRules } from "./stream-rules.ts";
import { summaryRules } from "./summary-rules.ts";
import { timeRules } from "./time-rules.ts";

/** Every rule, in the order of reports. */
export const rules: readonly Rule[] = [
  ...streamRules,
  ...nameRules,
  ...metaRules,
  ...summaryRules,
  ...errorRules,
  ...exitRules,
  ...signalRules,
  ...timeRules,
];
