import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { DomainEvent, EmitterOptions, Output } from "@aomori/protocol";
import { createEmitter, createRedactor, toWireValue } from "@aomori/protocol";
import { identity } from "./test-identity.ts";

const secret = "s3cr3t!";
const options: EmitterOptions = {
  identity,
};

/** One emitter for all events of a test, so that what it keeps of one may harm the next; answers with line or error. */
async function printing(
  redactor = createRedactor(),
): Promise<(event: DomainEvent) => Promise<string>> {
  let text = "";
  const output: Output = {
    write: async (more) => void (text += more),
    writeBytes: async (bytes) => void (text += Buffer.from(bytes).toString()),
    flush: async () => {},
    flushSync: () => true,
    failure: undefined,
    onFailure: () => () => {},
  };
  const emitter = createEmitter({ ...options, output, redactor });
  await emitter.meta();
  return async (event) => {
    text = "";
    try {
      await emitter.emit(event);
    } catch (error) {
      return String(error);
    }
    return text;
  };
}

/** By the slow way: a copy without loss or secrets, with the type first. */
function expected({ type, ...fields }: DomainEvent, redactor = createRedactor()): string {
  try {
    return `${JSON.stringify(toWireValue({ type, ...fields }, redactor))}\n`;
  } catch (error) {
    return String(error);
  }
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(secret, `"${secret}`, "same", "same", "\\ud800", "\ud800", "\u2028", "é😀", "\n"),
);
const leaf = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 2 ** 53, 1e21, 5e-324, new Date(0), Symbol("s"), new Map()),
);
const name = fc.oneof(text, fc.constantFrom("token", "a", "b", "c", "7", "__proto__", "toJSON"));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie("value")) },
    { weight: 1, arbitrary: fc.dictionary(name, tie("value")) },
  ),
}));
const event = fc
  .tuple(fc.constantFrom("row", "entry", 'a "type"'), fc.dictionary(name, value), fc.boolean())
  .map(([type, fields, isFirst]) => (isFirst ? { type, ...fields } : { ...fields, type }));

it("any events, one after the other", async () => {
  const redactor = createRedactor({ secrets: [secret] });
  for (const each of [createRedactor(), redactor]) {
    const print = await printing(each);
    await fc.assert(
      fc.asyncProperty(event, async (any) => {
        expect(await print(any)).toBe(expected(any, each));
      }),
      { numRuns: 1500 },
    );
  }
});

it("a text that comes again, also after many others", async () => {
  const print = await printing();
  const texts = [
    "a",
    "a",
    "b\n",
    "b\n",
    "a",
    ...Array.from({ length: 300 }, (_, n) => `t${n % 250}`),
  ];
  for (const same of [...texts, "x", "x", "é\ud83d", "é\ud83d"]) {
    const any = { type: "row", same, also: `é${same}`, n: 1 };
    expect(await print(any)).toBe(expected(any));
  }
});

it("what an event converts itself to, also where that is hidden", async () => {
  const print = await printing();
  const hidden = Object.defineProperty({ type: "row", a: 1 }, "toJSON", {
    value: () => ({ type: "row", b: 2 }),
  });
  expect(await print(hidden)).toBe('{"type":"row","b":2}\n');
  class Row {
    readonly type = "row";
    get computed(): number {
      return 1;
    }
  }
  expect(await print(new Row())).toBe('{"type":"row"}\n');
  const bare: DomainEvent = Object.assign(Object.create(null), { type: "row", a: [1, undefined] });
  expect(await print(bare)).toBe('{"type":"row","a":[1,null]}\n');
});

it("no field that only its prototype has", async () => {
  const print = await printing();
  await print({ type: "row", a: 1, extra: 1 } as DomainEvent);
  // oxlint-disable-next-line no-extend-native -- what a careless library may have done
  Object.defineProperty(Object.prototype, "extra", {
    value: 2,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  const printed = print({ type: "row", a: 1 } as DomainEvent);
  Reflect.deleteProperty(Object.prototype, "extra");
  expect(await printed).toBe('{"type":"row","a":1}\n');
});
