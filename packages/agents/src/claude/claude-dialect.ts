import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ExecutionModeName } from "@aomori/contract";
import { UserError } from "@aomori/protocol";

import type { AgentRunRequest } from "../driver.ts";
import type { AgentCommand, AgentSignal, Dialect } from "../external/dialect.ts";
import { requireProgram } from "../external/external-driver.ts";
import { agentInstructions } from "../external/agent-instructions.ts";
import { anthropicHost } from "../model/base-url.ts";
import { isLoopback } from "../model/choice.ts";
import { loopbackKey } from "../model/language-model.ts";
import { ClaudeStream } from "./claude-stream.ts";

export const claudeInstall = "npm install -g @anthropic-ai/claude-code";

const toolsByMode: Readonly<Record<ExecutionModeName, readonly string[]>> = {
  exploration: ["Read", "Glob", "Grep"],
  validation: ["Read", "Glob", "Grep", "Bash"],
  implementation: ["Read", "Glob", "Grep", "Bash", "Edit", "Write"],
};

/** Claude Code, spoken to by `--input-format stream-json`; flags and events as of 2.1.197. */
export class ClaudeDialect implements Dialect {
  readonly agent = "claude";
  #stream = new ClaudeStream("");
  #interrupts = 0;

  async prepare(request: AgentRunRequest, directory: string): Promise<AgentCommand> {
    const path = request.env["PATH"] ?? process.env["PATH"];
    const program = requireProgram("claude", claudeInstall, path);
    this.#stream = new ClaudeStream(request.worktree);
    const model = claudeModel(request);
    const instructions = join(directory, "instructions.md");
    await writeFile(instructions, agentInstructions(request), { mode: 0o600 });
    const tools = toolsByMode[request.mode].join(",");
    const argv = [program, "-p", "--verbose"];
    argv.push("--input-format", "stream-json", "--output-format", "stream-json");
    // User messages come back when the conversation holds them.
    argv.push("--replay-user-messages", "--no-session-persistence");
    argv.push("--permission-mode", "acceptEdits", "--tools", tools, "--allowedTools", tools);
    // Neither the user's nor the repository's settings, hooks and MCP servers take part.
    argv.push("--setting-sources", "", "--strict-mcp-config");
    argv.push("--append-system-prompt-file", instructions);
    if (model !== null) argv.push("--model", model.name);
    if (model?.key !== undefined) {
      argv.push("--settings", await keySettings(model.key, directory));
    }
    return { argv, env: { ...quietEnv, ...model?.env } };
  }

  prompt(text: string): object {
    return { type: "user", message: { role: "user", content: [{ type: "text", text }] } };
  }

  /** Taken up after the running tool call. */
  midTurn(text: string): object {
    return this.prompt(text);
  }

  interrupt(): object {
    this.#interrupts += 1;
    this.#stream.interrupted();
    const requestId = `interrupt-${this.#interrupts}`;
    return { type: "control_request", request_id: requestId, request: { subtype: "interrupt" } };
  }

  read(line: unknown): readonly AgentSignal[] {
    return this.#stream.read(line);
  }
}

const quietEnv: Readonly<Record<string, string>> = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
};

interface ClaudeModel {
  readonly name: string;
  readonly key: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** `null`: the user's own login and default model. */
function claudeModel(request: AgentRunRequest): ClaudeModel | null {
  const { model, keys } = request;
  if (model === null) return null;
  if (model.provider !== "anthropic") {
    throw new UserError(
      "config",
      "DRIVER_MODEL_UNSUPPORTED",
      `claude works with anthropic models, not with ${model.provider}/${model.model}; choose another agent or model`,
    );
  }
  const key = keys.anthropic ?? (isLoopback(model.baseUrl) ? loopbackKey : undefined);
  const host = model.baseUrl === undefined ? undefined : anthropicHost(model);
  return {
    name: model.model,
    key,
    env: host === undefined ? {} : { ANTHROPIC_BASE_URL: host },
  };
}

/** The key goes by a helper and not by the environment, which every command of the agent inherits. */
async function keySettings(key: string, directory: string): Promise<string> {
  const keyFile = join(directory, "key");
  const settings = join(directory, "settings.json");
  await writeFile(keyFile, key, { mode: 0o600 });
  const apiKeyHelper = `cat '${keyFile.replaceAll("'", String.raw`'\''`)}'`;
  await writeFile(settings, JSON.stringify({ apiKeyHelper }), { mode: 0o600 });
  return settings;
}
