import type { ProviderId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";
import type { LanguageModel } from "ai";

import type { ModelChoice, ProviderKeys } from "../driver.ts";
import { apiRoot } from "./base-url.ts";
import { requireKey } from "./choice.ts";

/** What a server on this machine gets in place of a key; it must not be empty. */
export const loopbackKey = "none-needed-on-this-machine";

/**
 * The AI SDK's model for a choice. Providers are loaded when first used. Every address and key is given, because the
 * SDK would otherwise take them from the environment of whoever started this process.
 * Throws PROVIDER_KEY_MISSING, or MODEL_NOT_CONFIGURED for an OpenAI-compatible choice without a base URL.
 */
export async function languageModel(
  choice: ModelChoice,
  keys: ProviderKeys,
): Promise<LanguageModel> {
  requireKey(choice, keys);
  const apiKey = keys[choice.provider] ?? loopbackKey;
  const baseURL = apiRoot(choice);
  if (baseURL === undefined) {
    throw new UserError(
      "config",
      "MODEL_NOT_CONFIGURED",
      `model ${choice.model} of an OpenAI-compatible provider has no base URL; give the address of its server`,
    );
  }
  return loaders[choice.provider]({ apiKey, baseURL }, choice.model);
}

/** Anthropic's API wants a limit, and the SDK's own for a model it does not know cuts off whole files. */
const maxOutputTokens = 32_000;

type Loader = (
  settings: { readonly apiKey: string; readonly baseURL: string },
  model: string,
) => Promise<LanguageModel>;

const loaders: Readonly<Record<ProviderId, Loader>> = {
  anthropic: async (settings, model) => {
    const [{ createAnthropic }, { defaultSettingsMiddleware, wrapLanguageModel }] =
      await Promise.all([import("@ai-sdk/anthropic"), import("ai")]);
    return wrapLanguageModel({
      model: createAnthropic(settings)(model),
      middleware: defaultSettingsMiddleware({ settings: { maxOutputTokens } }),
    });
  },
  // The Responses API, which is this provider's default.
  openai: async (settings, model) => {
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI(settings)(model);
  },
  openrouter: async (settings, model) => {
    const { createOpenRouter } = await import("@openrouter/ai-sdk-provider");
    const provider = createOpenRouter({ ...settings, compatibility: "strict" });
    // Without this it does not say what a call has cost.
    return provider(model, { usage: { include: true } });
  },
  "openai-compatible": async (settings, model) => {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const provider = createOpenAICompatible({
      ...settings,
      name: "openai-compatible",
      includeUsage: true,
    });
    return provider(model);
  },
};
