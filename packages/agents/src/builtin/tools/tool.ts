import { isCodedError } from "@aomori/protocol";
import * as z from "zod";

import type { JsonData } from "@aomori/contract";

export interface ToolContext {
  /** The only directory that path inputs may lead to. */
  readonly root: string;
  readonly maxOutputBytes: number;
  readonly commandTimeoutMs: number;
  /** Whether commands may write below the root and to caches only, where bubblewrap can see to it. */
  readonly confinesCommands: boolean;
  /** Variables of commands, on top of the allow-list; called when the first command runs. */
  readonly commandEnv: () => Promise<Readonly<Record<string, string>>>;
  /** Aborted when the call is to end early. */
  readonly signal: AbortSignal;
}

export interface ToolResult {
  readonly ok: boolean;
  /** What the model reads. */
  readonly text: string;
  /** What a person reads, one line. */
  readonly summary?: string;
  readonly data?: Readonly<Record<string, JsonData>>;
  readonly change?: { readonly path: string; readonly change: "created" | "modified" };
}

export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** What is wrong with the input or the files is in the result; only a bug or an abort throws. */
  run(input: unknown, context: ToolContext): Promise<ToolResult>;
}

export function defineTool<Input extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly run: (input: z.output<Input>, context: ToolContext) => Promise<ToolResult>;
}): AgentTool {
  return {
    ...tool,
    async run(input, context): Promise<ToolResult> {
      const parsed = tool.input.safeParse(input);
      if (!parsed.success) {
        return {
          ok: false,
          text: `the input of ${tool.name} is wrong: ${z.prettifyError(parsed.error)}`,
        };
      }
      try {
        return await tool.run(parsed.data, context);
      } catch (error) {
        if (!isCodedError(error)) throw error;
        return { ok: false, text: error.message };
      }
    },
  };
}
