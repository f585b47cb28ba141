import * as z from "zod";
import { nameProblem, parseName } from "../names/name-rule.ts";
import { shown } from "../names/shown.ts";
import type { NameRule } from "../names/name-rule.ts";

/** What JSON Schema can say of a text. */
export interface TextLimits {
  readonly maxLength: number;
  readonly pattern?: string;
}

/** A text that `problem` finds nothing wrong with; `limits` say as much of it as JSON Schema can. */
export function checked(problem: (text: string) => string | undefined, limits: TextLimits) {
  return z
    .string()
    .check(({ value, issues }) => {
      const message =
        value.length > limits.maxLength
          ? `it has ${value.length} characters, and ${limits.maxLength} are the most`
          : problem(value);
      if (message !== undefined) issues.push({ code: "custom", message, input: value });
    })
    .meta({ ...limits });
}

/** A text that is such a name, and is one from there on. */
export function named<Name extends string>(rule: NameRule<Name>) {
  return unparsedName(rule).transform((text) => parseName(rule, text));
}

/** The same for the names of a record's fields, which stay texts. */
export function unparsedName(rule: NameRule) {
  return checked((text) => {
    const why = nameProblem(rule, text);
    return why === undefined ? undefined : `${shown(text)} is not ${rule.noun}: ${why}`;
  }, limitsOf(rule));
}

export function limitsOf(rule: NameRule): TextLimits {
  return { maxLength: rule.maxLength, pattern: rule.pattern.source };
}
