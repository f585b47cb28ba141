import { errorCategories } from "@aomori/protocol";

export interface FrameworkSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

const text = { type: "string" };
const texts = { type: "array", items: text };
const count = { type: "integer", minimum: 0 };
const flag = { type: "boolean" };

/** What every event of the standard looks like; further fields are allowed in all of them. */
export const frameworkSchemas: Readonly<Record<string, FrameworkSchema>> = {
  "aoi:meta": {
    required: ["tool", "tool_version", "aoi_version", "schema_name", "schema_version", "command"],
    properties: {
      tool: text,
      tool_version: text,
      aoi_version: text,
      schema_name: text,
      schema_version: text,
      command: text,
      args: texts,
      input_schemas: texts,
      wrapped: text,
    },
  },
  "aoi:summary": {
    required: ["ok", "count"],
    properties: {
      ok: flag,
      count,
      error_count: count,
      warning_count: count,
      input_count: count,
      elapsed_ms: count,
      partial: flag,
      truncated: flag,
      next_cursor: text,
      total: count,
    },
  },
  "aoi:error": {
    required: ["code", "category", "message", "retryable"],
    properties: {
      code: { type: "string", pattern: "^[A-Z][A-Z0-9_]*$" },
      category: { enum: errorCategories },
      message: text,
      retryable: flag,
      retry_after_ms: count,
      details: { type: "object" },
    },
  },
  "aoi:warning": { required: ["message"], properties: { message: text, code: text } },
  "aoi:plan": { required: ["action"], properties: { action: text } },
  "aoi:check": {
    required: ["name", "ok", "severity"],
    properties: {
      name: text,
      ok: flag,
      severity: { enum: ["info", "warn", "error"] },
      detail: text,
      fix: text,
    },
  },
  "aoi:progress": {
    required: [],
    properties: { message: text, done: { type: "number" }, total: { type: "number" } },
  },
  "aoi:heartbeat": { required: ["at"], properties: { at: text } },
  "aoi:artifact": {
    required: [],
    properties: { path: text, uri: text, media_type: text, bytes: count, sha256: text },
  },
};
