import type { LanguageModelUsage, ProviderMetadata } from "ai";

import type { Usage } from "../driver.ts";

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, costMicrousd: null };

/** A total that says `null` for its cost as soon as one part's cost is unknown; nothing used yet counts as free. */
export function addUsage(total: Usage, part: Usage): Usage {
  const isFirst = total.inputTokens === 0 && total.outputTokens === 0;
  const costBefore = isFirst ? 0 : total.costMicrousd;
  return {
    inputTokens: total.inputTokens + part.inputTokens,
    outputTokens: total.outputTokens + part.outputTokens,
    costMicrousd:
      costBefore === null || part.costMicrousd === null ? null : costBefore + part.costMicrousd,
  };
}

/** The tokens a provider counted, and the cost where the provider says it (OpenRouter does). We keep no price list. */
export function usageOf(usage: LanguageModelUsage, metadata: ProviderMetadata | undefined): Usage {
  return {
    inputTokens: wholeNumber(usage.inputTokens),
    outputTokens: wholeNumber(usage.outputTokens),
    costMicrousd: openRouterCost(metadata),
  };
}

function wholeNumber(value: number | undefined): number {
  return value === undefined || !Number.isFinite(value) ? 0 : Math.max(0, Math.round(value));
}

function openRouterCost(metadata: ProviderMetadata | undefined): number | null {
  const usage = metadata?.["openrouter"]?.["usage"];
  if (typeof usage !== "object" || usage === null || !("cost" in usage)) return null;
  const { cost } = usage;
  return typeof cost === "number" && cost >= 0 ? Math.round(cost * 1_000_000) : null;
}
