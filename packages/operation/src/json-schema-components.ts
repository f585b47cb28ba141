export type JsonObject = Readonly<Record<string, unknown>>;

const definitionPrefix = "#/$defs/";
const componentPrefix = "#/components/schemas/";

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Bounds that say no more than "an integer a double can hold". */
const impliedBounds: readonly (readonly [string, number])[] = [
  ["minimum", Number.MIN_SAFE_INTEGER],
  ["maximum", Number.MAX_SAFE_INTEGER],
];

/**
 * A schema as an API document shows it: answers may grow, so a closed object is opened, and
 * what a format or type says already is not said twice.
 */
function cleaned(value: unknown, rename: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item, rename));
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "$schema" || key === "$defs") continue;
    if (key === "additionalProperties" && item === false) continue;
    if (key === "pattern" && value["format"] === "date-time") continue;
    if (impliedBounds.some(([name, bound]) => name === key && bound === item)) continue;
    result[key] = key === "$ref" && typeof item === "string" ? rename(item) : cleaned(item, rename);
  }
  return result;
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  const own = value["$ref"];
  return [
    ...(typeof own === "string" ? [own.replace(definitionPrefix, "")] : []),
    ...Object.values(value).flatMap(references),
  ];
}

/** Collects the named definitions of many JSON Schemas under `#/components/schemas`. */
export class JsonSchemaComponents {
  readonly schemas: Record<string, unknown> = {};

  /**
   * Moves a schema's definitions here and returns the schema with its references following them. A definition
   * that differs from the one of that name already here (the input side of a resource) gets the `suffix`.
   */
  add(schema: JsonObject, suffix: string): JsonObject {
    const definitions = isObject(schema["$defs"]) ? schema["$defs"] : {};
    const renamed = this.#differing(definitions);
    const rename = (reference: string): string => {
      const name = reference.replace(definitionPrefix, "");
      return `${componentPrefix}${name}${renamed.has(name) ? suffix : ""}`;
    };
    for (const [name, definition] of Object.entries(definitions)) {
      const final = renamed.has(name) ? `${name}${suffix}` : name;
      const component = cleaned(definition, rename);
      const known = this.schemas[final];
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(component)) {
        throw new TypeError(`two schemas are named ${final}; give one of them another id`);
      }
      this.schemas[final] = component;
    }
    const result = cleaned(schema, rename);
    return isObject(result) ? result : {};
  }

  #differing(definitions: JsonObject): ReadonlySet<string> {
    const asIs = (reference: string): string =>
      reference.replace(definitionPrefix, componentPrefix);
    const differing = new Set(
      Object.entries(definitions)
        .filter(([name, definition]) => {
          const known = this.schemas[name];
          return (
            known !== undefined &&
            JSON.stringify(known) !== JSON.stringify(cleaned(definition, asIs))
          );
        })
        .map(([name]) => name),
    );
    for (let size = -1; size !== differing.size;) {
      size = differing.size;
      for (const [name, definition] of Object.entries(definitions)) {
        if (references(definition).some((reference) => differing.has(reference))) {
          differing.add(name);
        }
      }
    }
    return differing;
  }
}
