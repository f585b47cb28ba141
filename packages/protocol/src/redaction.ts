/** What a hidden value is replaced with. */
export const redactedText = "[redacted]";

/** A shorter value occurs by chance in honest text, so it is not searched for. */
const minSecretLength = 4;

const secretName =
  /(?:^|_)(?:passwords?|passwd|passphrase|secrets?|token|api_?key|access_?key|private_?key|signing_?key|secret_?key|authorization|cookies?|credentials?|bearer)$/;
const harmlessName = /(?:^|_)(?:page|next|previous|continuation|sync|cancel(?:lation)?)_token$/;

/**
 * Hides secrets in text and in values: by the name of the field, and by registered value wherever it occurs,
 * also base64 (any alignment), URL- and JSON-escaped.
 */
export interface Redactor {
  /** Registers a value; false when it is shorter than 4 characters and therefore not searched for. */
  add(secret: string): boolean;
  text(text: string): string;
  isSecretName(name: string): boolean;
  /** True once a value is registered: without one, `text` changes nothing. */
  readonly searches: boolean;
}

export interface RedactorOptions {
  readonly secrets?: readonly string[];
  /** Further field names to hide, compared in snake_case. */
  readonly names?: readonly string[];
}

export function createRedactor(options: RedactorOptions = {}): Redactor {
  const variants = new Set<string>();
  const names = new Map<string, boolean>();
  const extraNames = new Set((options.names ?? []).map(snakeCase));
  let pattern: RegExp | undefined;

  const redactor: Redactor = {
    get searches() {
      return variants.size > 0;
    },
    add(secret) {
      if (secret.length < minSecretLength) return false;
      for (const variant of encodingsOf(secret)) variants.add(variant);
      const longestFirst = [...variants].sort((a, b) => b.length - a.length);
      pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "g");
      return true;
    },
    text: (text) => (pattern === undefined ? text : text.replace(pattern, redactedText)),
    isSecretName(name) {
      const known = names.get(name);
      if (known !== undefined) return known;
      const plain = snakeCase(name);
      const secret = extraNames.has(plain) || (secretName.test(plain) && !harmlessName.test(plain));
      if (names.size < 10_000) names.set(name, secret);
      return secret;
    },
  };
  for (const secret of options.secrets ?? []) redactor.add(secret);
  return redactor;
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-\s.]+/g, "_")
    .toLowerCase();
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function encodingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret.toWellFormed());
  const found = [secret, json, json.replaceAll("/", "\\/"), url, lowerCaseEscapes(url)];
  found.push(url.replaceAll("%20", "+"));
  for (const base64 of base64Alignments(secret)) {
    found.push(
      base64,
      base64.replaceAll("+", "-").replaceAll("/", "_"),
      encodeURIComponent(base64),
    );
  }
  return found.filter((variant) => variant.length >= minSecretLength);
}

function lowerCaseEscapes(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/**
 * Base64 of text that contains the secret at byte offset 0, 1 or 2 modulo 3: only the characters that
 * depend on the secret alone are kept, so that any prefix and suffix match.
 */
function base64Alignments(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
}
