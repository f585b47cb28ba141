import type { ProviderId } from "@aomori/contract";

import type { ModelChoice } from "../driver.ts";

const apiRoots: Readonly<Record<Exclude<ProviderId, "openai-compatible">, string>> = {
  anthropic: "https://api.anthropic.com/v1",
  openai: "https://api.openai.com/v1",
  openrouter: "https://openrouter.ai/api/v1",
};

/**
 * The address below which a provider's paths (`/messages`, `/responses`, `/chat/completions`) lie. A base URL without a
 * path gets the version path its provider uses, so that `http://127.0.0.1:8080` works as well as `…:8080/v1`.
 * Undefined only for an OpenAI-compatible provider without a base URL.
 */
export function apiRoot(choice: ModelChoice): string | undefined {
  if (choice.baseUrl === undefined) {
    return choice.provider === "openai-compatible" ? undefined : apiRoots[choice.provider];
  }
  const url = new URL(choice.baseUrl);
  if (url.pathname === "/") url.pathname = choice.provider === "openrouter" ? "/api/v1" : "/v1";
  return url.href.replace(/\/+$/, "");
}

/** The same address as Anthropic's own clients take it: they add `/v1/messages` themselves. */
export function anthropicHost(choice: ModelChoice): string | undefined {
  return apiRoot(choice)?.replace(/\/v1$/, "");
}
