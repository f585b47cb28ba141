import type { ExecutionModeName } from "@aomori/contract";
import type { ToolSet } from "ai";

import { editFileTool } from "./edit-file.ts";
import { listFilesTool } from "./list-files.ts";
import { readFileTool } from "./read-file.ts";
import { reportDiscoveryTool } from "./report-discovery.ts";
import { runCommandTool } from "./run-command.ts";
import { searchTool } from "./search.ts";
import type { AgentTool } from "./tool.ts";
import { writeFileTool } from "./write-file.ts";

export const readingTools: readonly AgentTool[] = [listFilesTool, readFileTool, searchTool];

/** Exploration looks, validation looks and runs, implementation may do all. */
export const toolsByMode: Readonly<Record<ExecutionModeName, readonly AgentTool[]>> = {
  exploration: [...readingTools, reportDiscoveryTool],
  validation: [...readingTools, runCommandTool, reportDiscoveryTool],
  implementation: [
    ...readingTools,
    writeFileTool,
    editFileTool,
    runCommandTool,
    reportDiscoveryTool,
  ],
};

/** The declarations a model gets. Nothing is executed by the SDK. */
export async function declareTools(tools: readonly AgentTool[]): Promise<ToolSet> {
  const { tool } = await import("ai");
  return Object.fromEntries(
    tools.map(({ name, description, input }) => [name, tool({ description, inputSchema: input })]),
  );
}
