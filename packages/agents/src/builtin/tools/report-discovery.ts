import * as z from "zod";

import { storedText, summaryLine } from "../../steps/step-text.ts";
import { defineTool, type AgentTool, type ToolResult } from "./tool.ts";

export const reportDiscoveryTool: AgentTool = defineTool({
  name: "report_discovery",
  description:
    "Report something worth knowing that is outside your task: a bug, missing work, a risk. People decide what becomes of it; do not work on it yourself.",
  input: z.object({
    title: z.string().trim().min(1).max(200).describe("one line"),
    description: z
      .string()
      .trim()
      .max(20_000)
      .default("")
      .describe("what, where, and why it matters"),
    type: z.string().trim().max(40).default("other").describe("bug, missing_work, risk or other"),
  }),
  async run({ title, description, type }): Promise<ToolResult> {
    return {
      ok: true,
      text: `noted: ${title}`,
      summary: title,
      data: {
        discovery: {
          title: summaryLine(title),
          description: storedText(description),
          type: summaryLine(type),
        },
      },
    };
  },
});
