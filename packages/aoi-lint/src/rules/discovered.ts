import type { Observation } from "../runner/observation.ts";

type Fields = Readonly<Record<string, unknown>>;

const parsed = new WeakMap<Observation, { readonly object: Fields | undefined }>();

/** The one JSON object a discovery command printed; undefined when it printed anything else. */
export function discoveredObject(run: Observation): Fields | undefined {
  const known = parsed.get(run);
  if (known !== undefined) return known.object;
  const object = parseObject(run.head);
  parsed.set(run, { object });
  return object;
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The `type` constants a discovered schema names anywhere. */
export function declaredTypes(run: Observation): string[] {
  const found = new Set<string>();
  collectTypes(discoveredObject(run), found, 0);
  return [...found];
}

function collectTypes(schema: unknown, found: Set<string>, depth: number): void {
  if (depth > 40) return;
  if (Array.isArray(schema)) {
    for (const item of schema) collectTypes(item, found, depth + 1);
    return;
  }
  if (!isFields(schema)) return;
  const properties = schema["properties"];
  const type = isFields(properties) ? properties["type"] : undefined;
  if (isFields(type)) {
    if (typeof type["const"] === "string") found.add(type["const"]);
    const names = type["enum"];
    if (Array.isArray(names)) {
      for (const name of names) if (typeof name === "string") found.add(name);
    }
  }
  for (const value of Object.values(schema)) collectTypes(value, found, depth + 1);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
