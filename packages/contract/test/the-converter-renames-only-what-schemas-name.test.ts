import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  Event,
  SpecCounts,
  eventData,
  eventTypes,
  fromWire,
  operations,
  toWire,
} from "@aomori/contract";
import { arbitraryOf } from "./schema-arbitrary.ts";

const answers: readonly (readonly [string, z.ZodType])[] = [
  ...Object.values(operations).flatMap((operation) => [
    [`${operation.id} input`, operation.input] as const,
    [`${operation.id} output`, operation.output ?? operation.events] as const,
  ]),
  ...eventTypes.map((type) => [`event ${type}`, eventData[type]] as const),
];

/** Every key of an object the schema names, however deep; keys of user-made maps and free JSON are left out. */
function schemaKeys(schema: z.ZodType, value: unknown, keys: string[] = []): string[] {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  if (inner || schema instanceof z.ZodDefault) {
    return schemaKeys(schema.unwrap() as z.ZodType, value, keys);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    for (const item of value) schemaKeys(schema.element as z.ZodType, item, keys);
  } else if (schema instanceof z.ZodObject && typeof value === "object" && value !== null) {
    keys.push(...Object.keys(value));
  }
  return keys;
}

describe("for every operation and event", () => {
  it.each(answers)("%s comes back from camelCase as it was", (_, schema) => {
    fc.assert(
      fc.property(arbitraryOf(schema), (wire) => {
        const camel = fromWire(schema, wire);
        expect(toWire(schema, camel)).toEqual(wire);
        for (const key of schemaKeys(schema, camel)) expect(key).not.toMatch(/[a-z]_[a-z]/);
      }),
      { numRuns: 25 },
    );
  });
});

it("leaves the keys of user-made maps and of free JSON alone", () => {
  fc.assert(
    fc.property(arbitraryOf(SpecCounts), arbitraryOf(Event), (counts, event) => {
      const wireCounts = SpecCounts.parse(counts);
      expect(fromWire(SpecCounts, wireCounts).tasksByStatus).toEqual(wireCounts.tasks_by_status);
      const data = { some_key: { inner_key: [{ deep_key: 1 }] } };
      const wireEvent = { ...(event as z.output<typeof Event>), data };
      expect(fromWire(Event, wireEvent).data).toEqual(data);
    }),
  );
});

it("keeps a known field when a stranger bears its wire name", () => {
  const schema = z.object({ task_id: z.string() });
  const value = { taskId: "known", task_id: "stranger" };
  expect(toWire(schema, value)).toEqual({ task_id: "known" });
});

it("keeps absent fields absent", () => {
  const schema = z.object({
    a_b: z.string().optional(),
    c_d: z.object({ e_f: z.int() }).nullable(),
  });
  expect(toWire(schema, { cD: null })).toEqual({ c_d: null });
  expect(fromWire(schema, { a_b: undefined, c_d: { e_f: 1 } })).toEqual({ cD: { eF: 1 } });
});
