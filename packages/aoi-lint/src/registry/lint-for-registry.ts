import { TerminalError } from "@aomori/protocol";
import type { LintTool } from "./lint-port.ts";

export const lintForRegistry: LintTool = () => {
  throw new TerminalError("internal", "LINTER_MISSING", "no linter yet");
};
