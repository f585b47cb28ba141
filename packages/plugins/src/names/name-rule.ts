import { UserError } from "@aomori/protocol";
import { shown } from "./shown.ts";

declare const ruleOf: unique symbol;

/** What one kind of name may look like. The schemas of files that hold such names say the same through `pattern`. */
export interface NameRule<Name extends string = string> {
  readonly [ruleOf]?: Name;
  /** With its article, for messages. */
  readonly noun: string;
  readonly code: string;
  readonly maxLength: number;
  /** Anchored; necessary, not sufficient. */
  readonly pattern: RegExp;
  /** What the pattern asks for, in words. */
  readonly shape: string;
  /** What to do instead of the refused name. */
  readonly next: string;
  /** Refusals the pattern cannot express; the text matches it already. */
  readonly refusal?: (text: string) => string | undefined;
  /** The one spelling of a name that may be written in several. */
  readonly canonical?: (text: string) => string;
}

/** Why a text is no such name, or undefined when it is one. */
export function nameProblem(rule: NameRule, text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length > rule.maxLength) {
    return `it has ${text.length} characters, and ${rule.maxLength} are the most`;
  }
  return characterProblem(text) ?? shapeProblem(rule, text) ?? rule.refusal?.(text);
}

export function parseName<Name extends string>(rule: NameRule<Name>, text: string): Name {
  const isName = (candidate: string): candidate is Name =>
    nameProblem(rule, candidate) === undefined;
  const canonical = rule.canonical?.(text) ?? text;
  if (isName(canonical)) return canonical;
  throw nameRefused(rule, text, nameProblem(rule, canonical) ?? "");
}

export function nameRefused(
  rule: Pick<NameRule, "noun" | "code" | "next">,
  text: string,
  why: string,
): UserError {
  return new UserError(
    "validation",
    rule.code,
    `${shown(text)} is not ${rule.noun}: ${why}; ${rule.next}`,
    { details: { value: shown(text) } },
  );
}

/** Names that Windows gives to devices, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\..*)?$/i;

/** Refusals for a name that becomes a file or a folder. */
export function fileNameProblem(text: string): string | undefined {
  if (deviceName.test(text)) return "Windows keeps that name for a device";
  if (text === "__proto__") return "a table of names cannot hold it";
  if (text.includes("..")) return "it holds two dots in a row";
  return text.endsWith(".") ? "it ends with a dot" : undefined;
}

/** The general reasons, said before the rule's own, because they tell an attack or a slip of the keyboard from a typing error. */
function characterProblem(text: string): string | undefined {
  const control = /[\u0000-\u001f\u007f-\u009f]/.exec(text)?.[0]; // eslint-disable-line no-control-regex -- they are what is looked for
  if (control !== undefined) return `it holds the control character ${codePoint(control)}`;
  const foreign = /[^\u0000-\u007f]/u.exec(text)?.[0]; // eslint-disable-line no-control-regex -- a range of code points
  if (foreign !== undefined) return `it holds ${codePoint(foreign)}, which is not ASCII`;
  if (/%[0-9a-f]{2}/i.test(text)) return "it is percent-encoded";
  return undefined;
}

function shapeProblem(rule: NameRule, text: string): string | undefined {
  return rule.pattern.test(text) ? undefined : `it must be ${rule.shape}`;
}

function codePoint(character: string): string {
  const number = character.codePointAt(0) ?? 0;
  return `U+${number.toString(16).toUpperCase().padStart(4, "0")}`;
}
