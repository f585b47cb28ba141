import * as z from "zod";

export type ParsedAnswer<Value> =
  | { readonly kind: "object"; readonly value: Value }
  | { readonly kind: "malformed"; readonly parseError: string };

const fence = /^```[\w-]*[ \t]*\n([\s\S]*?)\n[ \t]*```[ \t]*$/gm;

/**
 * Finds the JSON object a model was asked for: the whole text, a fenced block, or what lies between the first and the last
 * brace. The error of a malformed one says what to repair.
 */
export function parseAnswer<Value>(text: string, schema: z.ZodType<Value>): ParsedAnswer<Value> {
  let wrongShape: string | undefined;
  let syntax: string | undefined;
  for (const candidate of candidatesIn(text)) {
    const json = readJson(candidate);
    if (json.kind === "malformed") {
      syntax ??= json.parseError;
      continue;
    }
    const parsed = schema.safeParse(json.value);
    if (parsed.success) return { kind: "object", value: parsed.data };
    wrongShape ??= z.prettifyError(parsed.error);
  }
  const parseError = wrongShape ?? syntax ?? "the answer holds no JSON object";
  return { kind: "malformed", parseError };
}

function candidatesIn(text: string): string[] {
  const trimmed = text.trim();
  const candidates = trimmed.startsWith("{") ? [trimmed] : [];
  for (const [, block] of text.matchAll(fence)) if (block !== undefined) candidates.push(block);
  const [first, last] = [text.indexOf("{"), text.lastIndexOf("}")];
  if (first !== -1 && last > first) candidates.push(text.slice(first, last + 1));
  return candidates;
}

function readJson(text: string): ParsedAnswer<unknown> {
  try {
    return { kind: "object", value: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "malformed", parseError: `the answer is not JSON: ${error.message}` };
  }
}
