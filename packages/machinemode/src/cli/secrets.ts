import type { Redactor } from "@aomori/protocol";

/** Shorter values of the environment are words that occur by chance. */
const minEnvironmentSecretLength = 8;

/** Flags, assignments, headers and URLs: few words are one, and most starts need no more than this pattern. */
const mayTellSecret = /^-|[:=]/;
const secretFlag =
  /^--?(?:[a-z0-9-]*[-_])?(?:password|passwd|passphrase|secret|token|bearer|api-?key|access-?key|user|proxy-user|oauth2-bearer|pass)$/i;
const secretHeader =
  /^(?:authorization|proxy-authorization|x-api-key|x-auth-token|cookie)\s*:\s*(?:(?:bearer|basic|token)\s+)?(.+)$/i;

/** The secrets among a command's words: values of flags named after one, credentials in URLs and in headers. */
export function secretsIn(words: readonly string[]): readonly string[] {
  const secrets: string[] = [];
  for (const [index, word] of words.entries()) {
    if (!mayTellSecret.test(word)) continue;
    const equals = word.indexOf("=");
    if (word.startsWith("-") && equals > 0 && isSecretFlag(word.slice(0, equals)))
      secrets.push(...credential(word.slice(equals + 1)));
    else if (isSecretFlag(word) || word === "-u")
      secrets.push(...credential(words[index + 1] ?? ""));
    const header = secretHeader.exec(word.replace(/^-H/, ""));
    if (header?.[1] !== undefined) secrets.push(header[1]);
    for (const [, userInfo = ""] of word.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^/?#@\s]+)@/gi))
      secrets.push(...credential(userInfo));
    const assigned = /^([A-Za-z_]\w*)=(.+)$/.exec(word);
    if (assigned?.[1] !== undefined && isSecretFlag(`--${assigned[1].replaceAll("_", "-")}`))
      secrets.push(assigned[2] ?? "");
  }
  return secrets;
}

function isSecretFlag(flag: string): boolean {
  return secretFlag.test(flag);
}

/** Of `user:password` only the password is one. */
function credential(text: string): readonly string[] {
  if (text === "" || text.startsWith("-")) return [];
  const colon = text.indexOf(":");
  if (colon === -1) return [text];
  const password = text.slice(colon + 1);
  return [text, password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not URL-encoded, so it stands for itself.
  }
}

/** Values of variables named after a secret, so that a wrapped tool that prints one does not give it away. */
export function environmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
  redactor: Redactor,
): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= minEnvironmentSecretLength && redactor.isSecretName(name)
      ? [value]
      : [],
  );
}
