import { UserError } from "@aomori/protocol";
import { isRecord } from "@aomori/system";
import { entryPatterns, originKinds, ruleVerdicts } from "./entry-schema.ts";
import { entryFormat } from "./entry.ts";
import type {
  EntrySignature,
  LintReportDigest,
  RegistryEntry,
  RuleVerdict,
  SchemaNames,
} from "./entry.ts";

/** An entry from JSON text; throws ENTRY_MALFORMED (validation) with the field that is wrong. `source` is named in it. */
export function parseEntry(text: string, source: string): RegistryEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(source, error instanceof Error ? error.message : String(error));
  }
  const fields = new Fields(value, "", source);
  const entry: RegistryEntry = {
    format: fields.oneOf("format", [entryFormat]),
    name: fields.text("name", entryPatterns.name),
    summary: fields.text("summary"),
    ...(fields.has("homepage")
      ? { homepage: fields.text("homepage", entryPatterns.homepage) }
      : {}),
    licence: fields.text("licence"),
    get: fields.list("get", (origin) => ({
      kind: origin.oneOf("kind", originKinds),
      text: origin.text("text"),
    })),
    command: fields.texts("command"),
    schemas: fields.list("schemas", schemaNamesOf),
    capabilities: fields.record("capabilities"),
    report: reportOf(fields.fields("report")),
    signature: signatureOf(fields.fields("signature")),
  };
  fields.end();
  return entry;
}

function schemaNamesOf(fields: Fields): SchemaNames {
  return {
    name: fields.text("name", entryPatterns.reverseDns),
    versions: fields.texts("versions", entryPatterns.semver),
  };
}

function reportOf(fields: Fields): LintReportDigest {
  const counts = fields.fields("counts");
  const verdicts = fields.fields("verdicts");
  const report: LintReportDigest = {
    profile: fields.text("profile"),
    linter_version: fields.text("linter_version", entryPatterns.semver),
    tool_version: fields.text("tool_version"),
    linted_at: fields.text("linted_at", entryPatterns.instant),
    counts: {
      passed: counts.count("passed"),
      failed: counts.count("failed"),
      not_verified: counts.count("not_verified"),
    },
    verdicts: Object.fromEntries(
      verdicts
        .names(entryPatterns.ruleId)
        .map((id): [string, RuleVerdict] => [id, verdicts.oneOf(id, ruleVerdicts)]),
    ),
    digest: fields.text("digest", entryPatterns.digest),
  };
  fields.end();
  counts.end();
  return report;
}

function signatureOf(fields: Fields): EntrySignature {
  const signature: EntrySignature = {
    algorithm: fields.oneOf("algorithm", ["ed25519"]),
    key_id: fields.text("key_id", entryPatterns.keyId),
    public_key: fields.text("public_key", entryPatterns.publicKey),
    value: fields.text("value", entryPatterns.signature),
  };
  fields.end();
  return signature;
}

/** Reads one object's fields, each once, and refuses those nobody asked for: what is signed is what is understood. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #source: string;
  readonly #known = new Set<string>();

  constructor(value: unknown, path: string, source: string) {
    this.#path = path;
    this.#source = source;
    if (!isRecord(value)) throw malformed(source, `${path || "it"} is not an object`);
    this.#value = value;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  text(name: string, pattern?: string): string {
    const value = this.#take(name);
    return this.#textOf(value, name, pattern);
  }

  texts(name: string, pattern?: string): readonly string[] {
    return this.#items(name).map((item, index) => this.#textOf(item, `${name}/${index}`, pattern));
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.#take(name);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw this.#wrong(name, `is none of ${values.join(", ")}`);
    return found;
  }

  count(name: string): number {
    const value = this.#take(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#wrong(name, "is not a count");
  }

  list<Item>(name: string, read: (fields: Fields) => Item): readonly Item[] {
    return this.#items(name).map((item, index) => {
      const fields = new Fields(item, `${this.#path}/${name}/${index}`, this.#source);
      const result = read(fields);
      fields.end();
      return result;
    });
  }

  fields(name: string): Fields {
    return new Fields(this.#take(name), `${this.#path}/${name}`, this.#source);
  }

  record(name: string): Readonly<Record<string, unknown>> {
    const value = this.#take(name);
    if (!isRecord(value)) throw this.#wrong(name, "is not an object");
    return value;
  }

  /** The names of an object used as a map; at least one. */
  names(pattern: string): readonly string[] {
    const names = Object.keys(this.#value);
    if (names.length === 0) throw malformed(this.#source, `${this.#path} is empty`);
    for (const name of names) this.#textOf(name, name, pattern);
    return names;
  }

  end(): void {
    const extra = Object.keys(this.#value).find((name) => !this.#known.has(name));
    if (extra !== undefined) throw this.#wrong(extra, `is not a field of ${entryFormat}`);
  }

  #take(name: string): unknown {
    this.#known.add(name);
    if (!this.has(name)) throw this.#wrong(name, "is missing");
    return this.#value[name];
  }

  #items(name: string): readonly unknown[] {
    const value = this.#take(name);
    if (Array.isArray(value) && value.length > 0) return value;
    throw this.#wrong(name, "is not a list with at least one item");
  }

  #textOf(value: unknown, name: string, pattern?: string): string {
    const isLine = typeof value === "string" && value.length > 0 && value.length <= 500;
    if (!isLine) throw this.#wrong(name, "is not a text of 1 to 500 characters");
    if (pattern !== undefined && !new RegExp(pattern).test(value))
      throw this.#wrong(name, `is ${JSON.stringify(value)}, which does not match ${pattern}`);
    return value;
  }

  #wrong(name: string, what: string): UserError {
    return malformed(this.#source, `${this.#path}/${name} ${what}`);
  }
}

function malformed(source: string, reason: string): UserError {
  return new UserError(
    "validation",
    "ENTRY_MALFORMED",
    `${source} is no registry entry: ${reason}; "aomori registry schema" prints what one looks like`,
    { details: { source } },
  );
}
