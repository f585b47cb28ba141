import { entryFormat } from "./entry.ts";

export const entryPatterns = {
  name: "^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$",
  homepage: "^https?://[^\\s]+$",
  reverseDns: "^[A-Za-z0-9-]+(\\.[A-Za-z0-9_-]+)+$",
  semver: "^\\d+\\.\\d+\\.\\d+([-+][0-9A-Za-z.+-]+)?$",
  instant: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$",
  ruleId: "^[A-Z][A-Z0-9]*-[0-9]{3}$",
  digest: "^sha256:[0-9a-f]{64}$",
  keyId: "^ed25519-[0-9a-f]{32}$",
  publicKey: "^[A-Za-z0-9_-]{43}$",
  signature: "^[A-Za-z0-9_-]{86}$",
} as const;

export const originKinds = ["npm", "debian", "source"] as const;
export const ruleVerdicts = ["passed", "failed", "not_verified"] as const;

type Document = Readonly<Record<string, unknown>>;

const line = { type: "string", minLength: 1, maxLength: 500 };
const lines = { type: "array", minItems: 1, items: line };
const count = { type: "integer", minimum: 0 };

function matching(pattern: string): Document {
  return { type: "string", pattern };
}

function closed(properties: Document, optional: readonly string[] = []): Document {
  return {
    type: "object",
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}

/** The JSON Schema (2020-12) of an entry's file. Whoever reads one with it knows its shape, not yet whether it is true. */
export function entrySchema(): Document {
  const schemaNames = closed({
    name: matching(entryPatterns.reverseDns),
    versions: { type: "array", minItems: 1, items: matching(entryPatterns.semver) },
  });
  const report = closed({
    profile: line,
    linter_version: matching(entryPatterns.semver),
    tool_version: line,
    linted_at: matching(entryPatterns.instant),
    counts: closed(Object.fromEntries(ruleVerdicts.map((verdict) => [verdict, count]))),
    verdicts: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: entryPatterns.ruleId },
      additionalProperties: { enum: ruleVerdicts },
    },
    digest: matching(entryPatterns.digest),
  });
  const signature = closed({
    algorithm: { const: "ed25519" },
    key_id: matching(entryPatterns.keyId),
    public_key: matching(entryPatterns.publicKey),
    value: matching(entryPatterns.signature),
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: entryFormat,
    ...closed(
      {
        format: { const: entryFormat },
        name: matching(entryPatterns.name),
        summary: line,
        homepage: matching(entryPatterns.homepage),
        licence: line,
        get: {
          type: "array",
          minItems: 1,
          items: closed({ kind: { enum: originKinds }, text: line }),
        },
        command: lines,
        schemas: { type: "array", minItems: 1, items: schemaNames },
        capabilities: { type: "object" },
        report,
        signature,
      },
      ["homepage"],
    ),
  };
}
