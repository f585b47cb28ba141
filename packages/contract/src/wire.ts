import type * as z from "zod";
import type { $ZodType, $ZodTypes } from "zod/v4/core";
import type { Camel } from "./wire-types.ts";

const toCamelKey = (key: string): string =>
  key.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Direction = "toWire" | "fromWire";
type Converter = (value: unknown) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A zod schema seen as the union of its concrete kinds, which is what every zod 4 schema is. */
function definitionOf(schema: $ZodType): $ZodTypes["_zod"]["def"] {
  const { def } = schema._zod;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- zod types its base class wider than its closed set of kinds
  return def as $ZodTypes["_zod"]["def"];
}

function objectConverter(
  shape: Readonly<Record<string, $ZodType>>,
  direction: Direction,
): Converter {
  const fields = Object.entries(shape).map(([wire, field]) => ({
    from: direction === "toWire" ? toCamelKey(wire) : wire,
    to: direction === "toWire" ? wire : toCamelKey(wire),
    convert: converterFor(field, direction),
  }));
  const known = new Set(fields.map((field) => field.from));
  return (value) => {
    if (!isRecord(value)) return value;
    const result: Record<string, unknown> = {};
    for (const { from, to, convert } of fields) {
      const field = value[from];
      if (field !== undefined) result[to] = convert(field);
    }
    for (const key of Object.keys(value)) {
      if (!known.has(key) && !Object.hasOwn(result, key)) result[key] = value[key];
    }
    return result;
  };
}

function unionConverter(options: readonly $ZodType[], direction: Direction): Converter {
  const objects = options.filter((option) => definitionOf(option).type === "object");
  const lists = options.filter((option) => definitionOf(option).type === "array");
  if (objects.length === 1 && objects[0] !== undefined && lists.length === 0) {
    const convert = converterFor(objects[0], direction);
    return (value) => (isRecord(value) ? convert(value) : value);
  }
  if (objects.length === 0 && lists.length === 0) return (value) => value;
  throw new TypeError("a wire schema has no unions of several objects or lists");
}

function buildConverter(schema: $ZodType, direction: Direction): Converter {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case "object":
      return objectConverter(definition.shape, direction);
    case "array": {
      const convert = converterFor(definition.element, direction);
      return (value) => (Array.isArray(value) ? value.map(convert) : value);
    }
    case "record": {
      const convert = converterFor(definition.valueType, direction);
      return (value) =>
        isRecord(value)
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]))
          : value;
    }
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "readonly":
    case "nonoptional":
    case "catch": {
      const convert = converterFor(definition.innerType, direction);
      return (value) => (value === null ? null : convert(value));
    }
    case "pipe":
      return converterFor(
        definitionOf(definition.in).type === "transform" ? definition.out : definition.in,
        direction,
      );
    case "union":
      return unionConverter(definition.options, direction);
    default:
      return (value) => value;
  }
}

const cache: Readonly<Record<Direction, WeakMap<$ZodType, Converter>>> = {
  toWire: new WeakMap(),
  fromWire: new WeakMap(),
};

function converterFor(schema: $ZodType, direction: Direction): Converter {
  const known = cache[direction].get(schema);
  if (known !== undefined) return known;
  const converter = buildConverter(schema, direction);
  cache[direction].set(schema, converter);
  return converter;
}

/**
 * Renames the keys a schema names from camelCase to its snake_case. Keys of user-made maps and whatever
 * the schema does not describe stay as they are. Checks nothing: parse before or after.
 */
export function toWire<S extends z.ZodType>(schema: S, value: Camel<z.output<S>>): z.output<S> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the converter is built from the schema that names this type
  return converterFor(schema, "toWire")(value) as z.output<S>;
}

/** `toWire` for what a caller sends: before parsing, so that fields with a default may be absent. */
export function toWireInput<S extends z.ZodType>(schema: S, value: Camel<z.input<S>>): z.input<S> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the converter is built from the schema that names this type
  return converterFor(schema, "toWire")(value) as z.input<S>;
}

/** The way back of `toWire`, for values a schema has already parsed. */
export function fromWire<S extends z.ZodType>(schema: S, value: z.output<S>): Camel<z.output<S>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the converter is built from the schema that names this type
  return converterFor(schema, "fromWire")(value) as Camel<z.output<S>>;
}
