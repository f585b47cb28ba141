import { patternsOf } from "./secret-encodings.ts";

/** What a hidden value is replaced with. */
export const redactedText = "[redacted]";

/** A shorter value occurs by chance in honest text, so it is not searched for. */
const minSecretLength = 4;
const maxKnownNames = 10_000;

/** Every name of a secret has one of these in it. Most names have none, and a start needs no more than this pattern. */
const secretWord = /pass|secret|token|key|authorization|cookie|credential|bearer/i;
const secretName =
  /(?:passwords?|passwd|passphrase|(?:^|_)(?:secrets?|token|api_?key|access_?key|private_?key|signing_?key|secret_?key|authorization|cookies?|credentials?|bearer))$/;
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
  /** False when no text inside this finished JSON holds a registered value. Absent: it may always be. */
  readonly mayOccurIn?: (json: string) => boolean;
}

export interface RedactorOptions {
  readonly secrets?: readonly string[];
  /** Further field names to hide, compared in snake_case. */
  readonly names?: readonly string[];
}

export function createRedactor(options: RedactorOptions = {}): Redactor {
  const textPatterns = new Set<string>();
  const jsonPatterns = new Set<string>();
  const names = new Map<string, boolean>();
  const extraNames = new Set((options.names ?? []).map(snakeCase));
  let inText: RegExp | undefined;
  let inJson: RegExp | undefined;

  const redactor: Redactor = {
    get searches() {
      return inText !== undefined;
    },
    add(secret) {
      if (secret.length < minSecretLength) return false;
      const { text, json } = patternsOf(secret, minSecretLength);
      for (const pattern of text) textPatterns.add(pattern);
      for (const pattern of json) jsonPatterns.add(pattern);
      inText = anyOf(textPatterns);
      inJson = anyOf(jsonPatterns);
      return true;
    },
    text: (text) => (inText === undefined ? text : text.replace(inText, redactedText)),
    mayOccurIn: (json) => inJson !== undefined && json.search(inJson) !== -1,
    isSecretName(name) {
      const known = names.get(name);
      if (known !== undefined) return known;
      const secret =
        (extraNames.size > 0 && extraNames.has(snakeCase(name))) || isNamedSecret(name);
      if (names.size < maxKnownNames) names.set(name, secret);
      return secret;
    },
  };
  for (const secret of options.secrets ?? []) redactor.add(secret);
  return redactor;
}

function isNamedSecret(name: string): boolean {
  if (!secretWord.test(name)) return false;
  const plain = snakeCase(name);
  return secretName.test(plain) && !harmlessName.test(plain);
}

/** Longest first: where one secret begins another, the whole of it is hidden. */
function anyOf(patterns: ReadonlySet<string>): RegExp {
  const longestFirst = [...patterns].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.join("|"), "g");
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-\s.]+/g, "_")
    .toLowerCase();
}
