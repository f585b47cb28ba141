import type { ExecutionModeName } from "@aomori/contract";

import type { AgentRunRequest } from "../driver.ts";

const rulesByMode: Readonly<Record<ExecutionModeName, string>> = {
  exploration: "You only look: change nothing.",
  validation:
    "You judge work that is done: read it, run its tests. Change nothing; a changed file makes your verdict void.",
  implementation:
    "Change files and run commands as your task needs. Leave your changes uncommitted: they are committed for you. Do not push, and do not switch branches.",
};

/** The caller's instructions with the rules of the mode, for an agent that knows its own tools. */
export function agentInstructions(request: AgentRunRequest): string {
  const place =
    "You work alone in the current directory, which you must not leave; nobody answers questions.";
  const owned =
    request.mode === "implementation" && request.ownedFiles.length > 0
      ? `Change only these files: ${request.ownedFiles.join(", ")}. If another one must change, say so at the end.`
      : "";
  return [request.system, place, rulesByMode[request.mode], owned]
    .filter((part) => part !== "")
    .join("\n\n");
}
