import { isFields } from "./capability.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Of each event type, its fields with the JSON Schema types they may have. */
type EventShapes = ReadonlyMap<string, EventShape>;

interface EventShape {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly required: ReadonlySet<string>;
}

/** What a consumer of the older schema would miss in the newer one, in words. */
export function breakingChanges(older: Fields, newer: Fields): string[] {
  const before = shapesOf(older);
  const after = shapesOf(newer);
  return [...before].flatMap(([type, shape]) => {
    const now = after.get(type);
    return now === undefined ? [`the event ${type} is gone`] : fieldChanges(type, shape, now);
  });
}

function fieldChanges(type: string, before: EventShape, after: EventShape): string[] {
  return [...before.fields].flatMap(([name, types]) => {
    const now = after.fields.get(name);
    if (now === undefined) return [`the field ${type}.${name} is gone`];
    const strange = now.filter((kind) => types.length > 0 && !allows(types, kind));
    if (strange.length > 0 || (types.length > 0 && now.length === 0)) {
      const [was, is] = [types.join("|"), now.join("|") || "anything"];
      return [`the field ${type}.${name} was ${was} and is ${is}`];
    }
    return before.required.has(name) && !after.required.has(name)
      ? [`the field ${type}.${name} is no longer always there`]
      : [];
  });
}

function allows(types: readonly string[], kind: string): boolean {
  return types.includes(kind) || (kind === "integer" && types.includes("number"));
}

/** Every object schema in the document that names an event by the `type` constant. */
function shapesOf(document: Fields): EventShapes {
  const shapes = new Map<string, EventShape>();
  visit(document, document, shapes, 0);
  return shapes;
}

function visit(
  schema: unknown,
  root: Fields,
  shapes: Map<string, EventShape>,
  depth: number,
): void {
  if (depth > 30) return;
  if (Array.isArray(schema)) {
    for (const item of schema) visit(item, root, shapes, depth + 1);
    return;
  }
  if (!isFields(schema)) return;
  const properties = schema["properties"];
  if (isFields(properties) && isFields(properties["type"])) {
    const { const: constant, enum: names } = properties["type"];
    const types: readonly unknown[] = Array.isArray(names) ? names : [constant];
    const shape = shapeOf(properties, schema["required"], root);
    for (const type of types) if (typeof type === "string") shapes.set(type, shape);
  }
  for (const value of Object.values(schema)) visit(value, root, shapes, depth + 1);
}

function shapeOf(properties: Fields, required: unknown, root: Fields): EventShape {
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  return {
    fields: new Map(
      Object.entries(properties).map(([name, value]) => [name, typesOf(value, root, 0)]),
    ),
    required: new Set(names.filter((name) => typeof name === "string")),
  };
}

/** JSON types a field's schema allows; empty when it allows any. */
function typesOf(schema: unknown, root: Fields, depth: number): string[] {
  if (!isFields(schema) || depth > 10) return [];
  const reference = schema["$ref"];
  if (typeof reference === "string") return typesOf(resolve(reference, root), root, depth + 1);
  const { type, const: constant, enum: values } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  if (constant !== undefined) return [typeName(constant)];
  if (Array.isArray(values)) return [...new Set(values.map(typeName))];
  const union = schema["anyOf"] ?? schema["oneOf"];
  if (!Array.isArray(union)) return [];
  const branches = union.map((branch: unknown) => typesOf(branch, root, depth + 1));
  return branches.some((branch) => branch.length === 0) ? [] : [...new Set(branches.flat())];
}

function resolve(reference: string, root: Fields): unknown {
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  let at: unknown = root;
  for (const part of path) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isFields(at) ? at[name] : undefined;
  }
  return at;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
