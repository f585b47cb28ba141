import type { Rule } from "../rule.ts";
import { boundsRules } from "./bounds-rules.ts";
import { discoveryRules } from "./discovery-rules.ts";
import { errorRules } from "./error-rules.ts";
import { exitRules } from "./exit-rules.ts";
import { inputRules } from "./input-rules.ts";
import { metaRules } from "./meta-rules.ts";
import { nameRules } from "./name-rules.ts";
import { safetyRules } from "./safety-rules.ts";
import { secretRules } from "./secret-rules.ts";
import { signalRules } from "./signal-rules.ts";
import { steadinessRules } from "./steadiness-rules.ts";
import { streamRules } from "./stream-rules.ts";
import { summaryRules } from "./summary-rules.ts";
import { timeRules } from "./time-rules.ts";
import { versionRules } from "./version-rules.ts";

/** Every rule, in the order of reports. */
export const rules: readonly Rule[] = [
  ...streamRules,
  ...nameRules,
  ...metaRules,
  ...summaryRules,
  ...errorRules,
  ...exitRules,
  ...discoveryRules,
  ...boundsRules,
  ...signalRules,
  ...timeRules,
  ...safetyRules,
  ...secretRules,
  ...inputRules,
  ...versionRules,
  ...steadinessRules,
];
