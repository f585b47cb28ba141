import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ExecutionModeName, ProviderId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";

import type { AgentRunRequest, ModelChoice } from "../driver.ts";
import { agentInstructions } from "../external/agent-instructions.ts";
import type { AgentCommand, AgentSignal, Dialect } from "../external/dialect.ts";
import { requireProgram } from "../external/external-driver.ts";
import { anthropicHost, apiRoot } from "../model/base-url.ts";
import { isLoopback } from "../model/choice.ts";
import { loopbackKey } from "../model/language-model.ts";
import { PiStream } from "./pi-stream.ts";

export const piInstall = "npm install -g @mariozechner/pi-coding-agent";

const toolsByMode: Readonly<Record<ExecutionModeName, readonly string[]>> = {
  exploration: ["read", "grep", "find", "ls"],
  validation: ["read", "grep", "find", "ls", "bash"],
  implementation: ["read", "grep", "find", "ls", "bash", "edit", "write"],
};

/** pi, spoken to by its RPC mode (docs/rpc.md of 0.73.1). */
export class PiDialect implements Dialect {
  readonly agent = "pi";
  #stream = new PiStream("");

  async prepare(request: AgentRunRequest, directory: string): Promise<AgentCommand> {
    const path = request.env["PATH"] ?? process.env["PATH"];
    const program = requireProgram("pi", piInstall, path);
    this.#stream = new PiStream(request.worktree);
    const instructions = join(directory, "instructions.md");
    await writeFile(instructions, agentInstructions(request), { mode: 0o600 });
    const argv = [program, "--mode", "rpc", "--no-session", "--offline"];
    // The user's extensions, skills and templates take no part.
    argv.push("--no-extensions", "--no-skills", "--no-prompt-templates", "--no-themes");
    argv.push("--tools", toolsByMode[request.mode].join(","));
    argv.push("--append-system-prompt", instructions);
    const model = await chooseModel(request, join(directory, "pi"));
    return { argv: [...argv, ...model.flags], env: { PI_OFFLINE: "1", ...model.env } };
  }

  prompt(text: string): object {
    // Queued should a turn be running against expectation: a prompt without this is refused then.
    return { type: "prompt", message: text, streamingBehavior: "steer" };
  }

  midTurn(text: string): object {
    return this.prompt(text);
  }

  interrupt(): object {
    this.#stream.interrupted();
    return { type: "abort" };
  }

  read(line: unknown): readonly AgentSignal[] {
    return this.#stream.read(line);
  }
}

const ownProvider = "aomori";

const apis: Readonly<Record<ProviderId, string>> = {
  anthropic: "anthropic-messages",
  openai: "openai-responses",
  openrouter: "openai-completions",
  "openai-compatible": "openai-completions",
};

/** A model that pi knows nothing about is assumed to take this much. */
const assumedModel = { contextWindow: 200_000, maxTokens: 32_000 };

/**
 * Without a model, or with one but neither key nor address, pi runs on the user's own set-up and login. Otherwise it gets
 * a private one, whose retries are off: whoever schedules the agent decides when to try again.
 */
async function chooseModel(
  request: AgentRunRequest,
  directory: string,
): Promise<{ flags: readonly string[]; env: Readonly<Record<string, string>> }> {
  const { model, keys } = request;
  if (model === null) return { flags: [], env: {} };
  const isLocal = isLoopback(model.baseUrl);
  const key = keys[model.provider] ?? (isLocal ? loopbackKey : undefined);
  if (key === undefined && model.baseUrl === undefined) {
    return { flags: ["--provider", model.provider, "--model", model.model], env: {} };
  }
  await mkdir(directory, { mode: 0o700 });
  const provider = model.baseUrl === undefined ? model.provider : ownProvider;
  const models = JSON.stringify({
    providers: { [provider]: providerEntry(model, checkedKey(key)) },
  });
  const settings = JSON.stringify({ retry: { enabled: false, provider: { maxRetries: 0 } } });
  await writeFile(join(directory, "models.json"), models, { mode: 0o600 });
  await writeFile(join(directory, "settings.json"), settings, { mode: 0o600 });
  return {
    flags: ["--provider", provider, "--model", model.model],
    env: { PI_CODING_AGENT_DIR: directory },
  };
}

function providerEntry(model: ModelChoice, apiKey: string): object {
  const baseUrl = model.provider === "anthropic" ? anthropicHost(model) : apiRoot(model);
  if (model.baseUrl === undefined) return { baseUrl, apiKey };
  const api = apis[model.provider];
  return { baseUrl, apiKey, api, models: [{ id: model.model, ...assumedModel }] };
}

/** pi runs a key that starts with `!` as a shell command, and takes one that names a variable from there. */
function checkedKey(key: string | undefined): string {
  if (key !== undefined && /^[A-Za-z0-9][\x21-\x7e]*$/.test(key)) return key;
  throw new UserError(
    "config",
    key === undefined ? "PROVIDER_KEY_MISSING" : "PROVIDER_KEY_INVALID",
    key === undefined
      ? "the model's server is not on this machine and there is no key for it; set the provider's key"
      : "the provider's key starts with a character or holds one that no provider uses; check the key",
  );
}
