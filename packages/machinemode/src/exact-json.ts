const longNumber = /\d{16}/;

/** `JSON.parse` that keeps integers beyond 2^53 exact, as BigInt. Throws a SyntaxError as it does. */
export function parseExactJson(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, reviveLong) : JSON.parse(text);
}

function reviveLong(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || Number.isSafeInteger(value))
    return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
