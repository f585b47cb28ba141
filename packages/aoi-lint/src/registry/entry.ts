/** The format of an entry; a change that an old reader would misread gets another number. */
export const entryFormat = "aoi-registry-entry/1";

/** How a tool is got: a command to type where there is one, a sentence otherwise. */
export interface Origin {
  readonly kind: "npm" | "debian" | "source";
  readonly text: string;
}

export interface SchemaNames {
  /** Reverse-DNS. */
  readonly name: string;
  /** Semver, each. */
  readonly versions: readonly string[];
}

export type RuleVerdict = "passed" | "failed" | "not_verified";

/** What the linter said of the tool, without what varies between two runs of it. */
export interface ReportBody {
  readonly profile: string;
  readonly linter_version: string;
  readonly tool_version: string;
  /** ISO-8601 UTC. */
  readonly linted_at: string;
  readonly counts: Readonly<Record<RuleVerdict, number>>;
  /** By rule: what failed is a warning the profile lets pass. */
  readonly verdicts: Readonly<Record<string, RuleVerdict>>;
}

export interface LintReportDigest extends ReportBody {
  /** `sha256:` and hex, of the canonical JSON of everything above. */
  readonly digest: string;
}

/** An entry before it is signed. Its names are those of the file. */
export interface UnsignedEntry {
  readonly format: typeof entryFormat;
  /** Also the name of its file. */
  readonly name: string;
  readonly summary: string;
  readonly homepage?: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly get: readonly Origin[];
  /** What was linted; the first word is looked for on PATH. */
  readonly command: readonly string[];
  readonly schemas: readonly SchemaNames[];
  /** The tool's own capabilities document as it was, with all of its commands or the linted one alone. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly report: LintReportDigest;
}

export interface EntrySignature {
  readonly algorithm: "ed25519";
  /** `ed25519-` and the first 32 hex digits of the SHA-256 of the public key. */
  readonly key_id: string;
  /** The 32 bytes, base64url. */
  readonly public_key: string;
  /** Over the canonical JSON of the entry without this field; 64 bytes, base64url. */
  readonly value: string;
}

export interface RegistryEntry extends UnsignedEntry {
  readonly signature: EntrySignature;
}
