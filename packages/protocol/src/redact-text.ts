import type { Redactor } from "./redaction.ts";
import { redactedText } from "./redaction.ts";

const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*):[^\s/?#]+@/gi;
const assignment = /([A-Za-z][\w.-]*)=("[^"]*"|'[^']*'|[^\s&;,"')\]}]+)/g;
const jsonMember = /"([^"\\]+)"(\s*:\s*)"(?:[^"\\]|\\.)+"/g;
const header =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]*(?:token|key|secret))(:[ \t]*)[^\r\n"']+/gi;
const scheme = /\b(Bearer|Basic)([ \t]+)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*/g;
/** What usage text shows in the place of a value: TOKEN, <token>, $TOKEN, {token}. */
const placeholder = /^(?:[A-Z][A-Z_]*|[<$[{].*|\.\.\.|…)$/;

/**
 * Hides secrets in text for people: registered values, and what follows the name of a secret as `name=value`,
 * as a JSON member, as an HTTP header, after Bearer or Basic, and the password of a URL.
 */
export function redactProse(text: string, redactor: Redactor): string {
  const plain = redactor.text(text);
  if (!/[=:]|Bearer|Basic/.test(plain)) return plain;
  return plain
    .replace(userInfo, `$1:${redactedText}@`)
    .replace(header, `$1$2${redactedText}`)
    .replace(scheme, `$1$2${redactedText}`)
    .replace(jsonMember, (whole, name: string, colon: string) =>
      redactor.isSecretName(name) ? `"${name}"${colon}"${redactedText}"` : whole,
    )
    .replace(assignment, (whole, name: string, value: string) =>
      redactor.isSecretName(name) && !placeholder.test(value) ? `${name}=${redactedText}` : whole,
    );
}

/** Hides secrets in an argument list: the value of a flag with a secret's name, and whatever `redactProse` hides. */
export function redactArgs(args: readonly string[], redactor: Redactor): string[] {
  let hidesNext = false;
  return args.map((arg) => {
    const isValue = hidesNext;
    const flag = /^--?([A-Za-z][\w-]*)$/.exec(arg)?.[1];
    hidesNext = flag !== undefined && redactor.isSecretName(flag);
    return isValue && flag === undefined ? redactedText : redactProse(arg, redactor);
  });
}

/** The same redactor for text that people read. */
export function forProse(redactor: Redactor): Redactor {
  return {
    add: (secret) => redactor.add(secret),
    text: (text) => redactProse(text, redactor),
    isSecretName: (name) => redactor.isSecretName(name),
    get searches() {
      return redactor.searches;
    },
  };
}
