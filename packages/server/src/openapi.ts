import { operations } from "@aomori/contract";
import { toOpenApi } from "@aomori/operation";
import type { OpenApiDocument } from "@aomori/operation";

/** The OpenAPI 3.1.0 document of the whole API; needs no server. */
export function openApiDocument(version: string): OpenApiDocument {
  return toOpenApi(Object.values(operations), {
    title: "Aomori",
    version,
    description:
      "Describe a change, watch it planned, built and merged. Every error body is {error: {code, category, message, retryable}}. Responses carry Aomori-Version; fields and events are only ever added.",
    serverUrl: "/",
    bearerFormat: "aomori_sk_…",
  });
}
