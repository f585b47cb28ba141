import { PlainValues } from "./plain-values.ts";
import type { Redactor } from "./redaction.ts";
import { toWireValue } from "./wire-value.ts";

/** How JSON.stringify escapes a surrogate without its pair; also part of honest text, which then takes the slow way. */
const loneSurrogateEscape = "\\ud";

/** What `JSON.stringify(toWireValue(value, redactor), null, indent)` is, without the copy where it would change nothing. */
export function wireJson(value: unknown, redactor: Redactor, indent?: number): string {
  const json = plainJson(value, new PlainValues(redactor), indent);
  if (json !== undefined && !mayHoldSecret(json, redactor)) return json;
  return JSON.stringify(toWireValue(value, redactor), null, indent);
}

/** JSON of a value that is printed as it is; undefined for others. It may still hold a registered secret. */
export function plainJson(value: unknown, plain: PlainValues, indent?: number): string | undefined {
  if (!plain.has(value)) return undefined;
  const json = JSON.stringify(value, null, indent);
  return json.includes(loneSurrogateEscape) ? undefined : json;
}

/** Whether a registered secret may be in finished JSON. */
export function mayHoldSecret(json: string, redactor: Redactor): boolean {
  return redactor.searches && redactor.mayOccurIn?.(json) !== false;
}
