import type { ExecutionModeName } from "@aomori/contract";

import type { AgentRunRequest } from "../driver.ts";

const rulesByMode: Readonly<Record<ExecutionModeName, string>> = {
  exploration: "You only look: you have no tool that changes anything.",
  validation:
    "You judge work that is done: read it, run its tests. Change nothing; a changed file makes your verdict void.",
  implementation:
    "You change files and run commands to do your task. Leave your changes uncommitted: they are committed for you.",
};

/** The caller's instructions with what this agent must know about its tools. */
export function systemPrompt(request: AgentRunRequest): string {
  const owned =
    request.mode === "implementation" && request.ownedFiles.length > 0
      ? `Change only these files: ${request.ownedFiles.join(", ")}. If another one must change, report it as a discovery.`
      : "";
  const tools =
    "Paths are relative to the root of the working tree, which you cannot leave. When you are done, answer without calling a tool.";
  return [request.system, rulesByMode[request.mode], tools, owned]
    .filter((part) => part !== "")
    .join("\n\n");
}
