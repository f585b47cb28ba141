import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesOfField,
  createRedactor,
  fieldsOfBytes,
  redactArgs,
  redactProse,
  redactedText,
  toWireValue,
  wireJson,
} from "@aomori/protocol";

const roundTrip = (value: unknown): unknown => JSON.parse(JSON.stringify(toWireValue(value)));

describe("a value on the wire", () => {
  it("is any JSON value, unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        fc.pre(!JSON.stringify(json).match(/\d{16,}|e\+/));
        expect(roundTrip(json)).toEqual(json);
      }),
    );
    const proto = JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown;
    expect(JSON.stringify(toWireValue(proto))).toBe('{"__proto__":{"a":1},"b":2}');
  });

  it("keeps integers exact, as strings beyond 2^53", () => {
    expect(roundTrip([5n, 2n ** 64n, -(2n ** 53n), 2 ** 60, 0.5])).toEqual([
      5,
      "18446744073709551616",
      "-9007199254740992",
      "1152921504606846976",
      0.5,
    ]);
  });

  it("may be a date, bytes or an error", () => {
    expect(
      roundTrip({ at: new Date(0), bytes: new Uint8Array([255, 0]), e: new Error("no") }),
    ).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      bytes: "/wA=",
      e: { code: "INTERNAL", category: "internal", message: "no", retryable: false },
    });
  });

  it("keeps text that is not Unicode exact, beside what can be shown of it", () => {
    const cut = "ab\ud83d";
    expect(roundTrip({ name: cut, list: ["x", cut], fine: "\ud83d\ude00" })).toEqual({
      name: "ab\ufffd",
      name_base64: Buffer.from([97, 98, 0xed, 0xa0, 0xbd]).toString("base64"),
      list: ["x", "ab\ufffd"],
      list_base64: [null, "YWLtoL0="],
      fine: "\ud83d\ude00",
    });
    expect(() => toWireValue({ a: [[cut]] })).toThrow("$.a[0][0] is text with a lone surrogate");
    expect(() => toWireValue({ [cut]: 1 })).toThrow("lone surrogate");
    expect(() => toWireValue({ a: cut, a_base64: "x" })).toThrow("a_base64 is taken");
  });

  it("carries any bytes as a field, exactly", () => {
    expect(fieldsOfBytes("name", Buffer.from("naïve"))).toEqual({ name: "naïve" });
    expect(fieldsOfBytes("name", Buffer.from([0x61, 0xff]))).toEqual({
      name: "a\ufffd",
      name_base64: "Yf8=",
    });
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const event = roundTrip(fieldsOfBytes("f", bytes)) as Record<string, unknown>;
        expect([...(bytesOfField(event, "f") ?? [])]).toEqual([...bytes]);
      }),
    );
  });

  it.each([
    ["NaN", { a: [1, Number.NaN] }, "$.a[1]"],
    ["a Map", { m: new Map() }, "$.m"],
    ["a function", { f: () => 1 }, "$.f"],
  ])("refuses %s with its path", (_name, value, path) => {
    expect(() => toWireValue(value)).toThrow(
      expect.objectContaining({ code: "UNSERIALIZABLE_VALUE", details: { path } }),
    );
  });

  it("refuses a circular reference with its path, but not a shared one", () => {
    const shared = { x: 1 };
    expect(roundTrip({ a: shared, b: [shared] })).toEqual({ a: { x: 1 }, b: [{ x: 1 }] });
    const loop: { deep: { list: unknown[] } } = { deep: { list: [] } };
    loop.deep.list.push(loop);
    expect(() => toWireValue(loop)).toThrow("$.deep.list[0] is a circular reference");
  });
});

it("JSON is made without a copy only where the copy would be equal", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("s3cr3t!", "\\ud800", "\ud800"),
  );
  const leaf = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
  const name = fc.oneof(text, fc.constantFrom("token", "name", "__proto__"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.constant(undefined),
      fc.array(tie("value")),
      fc.dictionary(name, tie("value")),
    ),
  }));
  const redactor = createRedactor({ secrets: ["s3cr3t!"] });
  const outcome = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (any, indent) => {
      expect(outcome(() => wireJson({ any }, redactor, indent))).toEqual(
        outcome(() => JSON.stringify(toWireValue({ any }, redactor), null, indent)),
      );
    }),
    { numRuns: 100, examples: [[{ "\ud800": undefined }, undefined]] },
  );
});

describe("redaction", () => {
  it("hides fields by name, and leaves what only sounds like one", () => {
    const redactor = createRedactor({ names: ["pin"] });
    const value = {
      password: "a",
      apiKey: "b",
      "X-Auth-Token": ["c", { deep: "d" }],
      client_secret: 12,
      pin: "e",
      next_page_token: "f",
      max_tokens: 5,
      monkey: "g",
      token: null,
    };
    expect(toWireValue(value, redactor)).toEqual({
      password: redactedText,
      apiKey: redactedText,
      "X-Auth-Token": [redactedText, { deep: redactedText }],
      client_secret: redactedText,
      pin: redactedText,
      next_page_token: "f",
      max_tokens: 5,
      monkey: "g",
      token: null,
    });
  });

  it("leaves no registered value in any encoding, wherever it stands", () => {
    const secret = fc
      .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
      .filter((text) => text.trim().length >= 8 && text.isWellFormed());
    const around = fc.string({ maxLength: 7 });
    fc.assert(
      fc.property(secret, around, around, (planted, before, after) => {
        const whole = Buffer.from(before + planted + after);
        const encodings = [
          planted,
          JSON.stringify(planted).slice(1, -1),
          encodeURIComponent(planted),
          Buffer.from(planted).toString("base64"),
        ];
        const redactor = createRedactor({ secrets: [planted] });
        const value = {
          ...Object.fromEntries(encodings.map((text, index) => [`k${index}${text}`, 1])),
          list: encodings.map((text) => `${before}${text}${after}`),
          inner: whole.toString("base64"),
          url: whole.toString("base64url"),
        };
        const line = JSON.stringify(toWireValue(value, redactor));
        for (const text of encodings) expect(line).not.toContain(text);
        const leaked = (line.match(/"(?:inner|url)":"([^"]*)"/g) ?? []).join();
        expect(leaked).toContain(redactedText);
      }),
    );
  });

  it("does not search for a value too short to be told from honest text", () => {
    const redactor = createRedactor();
    expect(redactor.add("abc")).toBe(false);
    expect(redactor.text("abc")).toBe("abc");
    expect(redactor.add("a+b(c)")).toBe(true);
    expect(redactor.text("x a+b(c) y")).toBe(`x ${redactedText} y`);
  });

  it("hides a registered number that is written as one", () => {
    const redactor = createRedactor({ secrets: ["123456"] });
    expect(toWireValue({ pin: 123456, big: 91234560n, n: 12345 }, redactor)).toEqual({
      pin: redactedText,
      big: `9${redactedText}0`,
      n: 12345,
    });
  });

  it("hides what a secret's flag is given, in an argument list", () => {
    const redactor = createRedactor({ secrets: ["s3cr3t!"] });
    const url = "https://me:pw@host/?access_token=q1&page=2";
    const args = ["--token", "abc", "--api-key=def", "-H", "Authorization: Bearer abc123xyz"];
    expect(
      redactArgs([...args, url, "x-s3cr3t!-y", "--password", "--json", "z"], redactor),
    ).toEqual([
      "--token",
      redactedText,
      `--api-key=${redactedText}`,
      "-H",
      `Authorization: ${redactedText}`,
      `https://me:${redactedText}@host/?access_token=${redactedText}&page=2`,
      `x-${redactedText}-y`,
      "--password",
      "--json",
      "z",
    ]);
  });

  it.each([
    ["GET https://u:p4ss@h/x failed", `GET https://u:${redactedText}@h/x failed`],
    ['body {"api_key": "k\\"1", "n": 1}', `body {"api_key": "${redactedText}", "n": 1}`],
    ["sent Bearer eyJ0.e30.x1", `sent Bearer ${redactedText}`],
    ["PGPASSWORD=hunter2 psql", `PGPASSWORD=${redactedText} psql`],
    ["cookie: a=b; c=d", `cookie: ${redactedText}`],
    ["use --token=TOKEN or password=<password>", "use --token=TOKEN or password=<password>"],
    ["token: expected a string", "token: expected a string"],
    ["Bearer authentication failed", "Bearer authentication failed"],
    ["next_page_token=abc limit=5", "next_page_token=abc limit=5"],
  ])("of a message, %s", (text, shown) => {
    expect(redactProse(text, createRedactor())).toBe(shown);
  });
});
