import { ModelChoice as ModelChoiceSchema, providerNames } from "@aomori/contract";
import type { ProviderId } from "@aomori/contract";
import { UserError } from "@aomori/protocol";

import type { ModelChoice, ProviderKeys } from "../driver.ts";

/**
 * The model asked for when only a provider is known: undated names out of the catalogues that the pinned SDKs ship.
 * An OpenAI-compatible server has no default: only its owner knows what it serves.
 */
export const defaultModels: Readonly<Record<ProviderId, string | undefined>> = {
  anthropic: "claude-sonnet-5-5",
  openai: "gpt-5.6",
  openrouter: "anthropic/claude-sonnet-4.6",
  "openai-compatible": undefined,
};

const byKeyOrder = ["anthropic", "openai", "openrouter"] as const satisfies readonly ProviderId[];

export interface ModelRequest {
  /** `provider/model` or a model name alone. */
  readonly requested?: string;
  readonly baseUrl?: string;
  readonly configured?: ModelChoice;
  readonly keys: ProviderKeys;
}

/**
 * Which model to use: the requested one, else the configured one, else the default of the first provider with a key
 * (anthropic, openai, openrouter). Throws MODEL_NOT_CONFIGURED, PROVIDER_KEY_MISSING or MODEL_INVALID, saying what to set.
 */
export function resolveModel(request: ModelRequest): ModelChoice {
  const choice = chosen(request);
  const parsed = ModelChoiceSchema.safeParse({
    provider: choice.provider,
    model: choice.model,
    ...(choice.baseUrl === undefined ? {} : { base_url: choice.baseUrl }),
  });
  if (!parsed.success || !isHttpUrl(choice.baseUrl)) {
    throw new UserError(
      "validation",
      "MODEL_INVALID",
      `model ${JSON.stringify(choice.model)} at ${choice.baseUrl ?? "the provider's own address"} cannot be used; ` +
        "give a name of 1 to 200 characters and an http or https address",
    );
  }
  requireKey(choice, request.keys);
  return choice;
}

/** Throws PROVIDER_KEY_MISSING unless the provider's key is there or the model is served on this machine. */
export function requireKey(choice: ModelChoice, keys: ProviderKeys): void {
  if (keys[choice.provider] !== undefined || isLoopback(choice.baseUrl)) return;
  throw new UserError(
    "config",
    "PROVIDER_KEY_MISSING",
    `no key for ${choice.provider}, which serves ${choice.model}; ${howToSetKey(choice.provider)}`,
    { details: { provider: choice.provider } },
  );
}

function chosen({ requested, baseUrl, configured, keys }: ModelRequest): ModelChoice {
  const withBase = (provider: ProviderId, model: string, inherited?: string): ModelChoice => {
    const url = baseUrl ?? inherited;
    return { provider, model, ...(url === undefined ? {} : { baseUrl: url }) };
  };
  if (requested !== undefined) {
    const named = splitRequested(requested);
    const provider =
      named.provider ?? configured?.provider ?? providerWithKey(keys) ?? guessProvider(baseUrl);
    if (provider === undefined) throw notConfigured(`model ${requested} names no provider`);
    const inherited = configured?.provider === provider ? configured.baseUrl : undefined;
    return withBase(provider, named.model, inherited);
  }
  if (configured !== undefined) {
    return withBase(configured.provider, configured.model, configured.baseUrl);
  }
  const provider = providerWithKey(keys);
  const model = provider === undefined ? undefined : defaultModels[provider];
  if (provider === undefined || model === undefined) {
    throw notConfigured("no model is chosen and no provider key is set");
  }
  return withBase(provider, model);
}

/** `openrouter/anthropic/claude…` is a model of openrouter; `anthropic/claude…` one of anthropic; `meta/llama` names none. */
function splitRequested(requested: string): { provider: ProviderId | undefined; model: string } {
  const slash = requested.indexOf("/");
  const provider = providerNames.find((name) => name === requested.slice(0, Math.max(0, slash)));
  return provider === undefined
    ? { provider: undefined, model: requested }
    : { provider, model: requested.slice(slash + 1) };
}

function providerWithKey(keys: ProviderKeys): ProviderId | undefined {
  return byKeyOrder.find((name) => keys[name] !== undefined);
}

/** An address of one's own without a named provider is most often a local server that speaks Chat Completions. */
function guessProvider(baseUrl: string | undefined): ProviderId | undefined {
  return baseUrl === undefined ? undefined : "openai-compatible";
}

function isHttpUrl(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined) return true;
  const url = URL.parse(baseUrl);
  return url !== null && ["http:", "https:"].includes(url.protocol);
}

/** True for an address on this machine: such a server needs no key. */
export function isLoopback(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined) return false;
  const hostname = URL.parse(baseUrl)?.hostname ?? "";
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function notConfigured(what: string): UserError {
  return new UserError(
    "config",
    "MODEL_NOT_CONFIGURED",
    `${what}; set ANTHROPIC_API_KEY, OPENAI_API_KEY or OPENROUTER_API_KEY, or name a model as provider/model ` +
      `(providers: ${providerNames.join(", ")}) with its base URL`,
  );
}

function howToSetKey(provider: ProviderId): string {
  return provider === "openai-compatible"
    ? "store its key, or use a server on this machine, which needs none"
    : `set ${provider.toUpperCase()}_API_KEY or store the key, or give the base URL of a server on this machine`;
}
