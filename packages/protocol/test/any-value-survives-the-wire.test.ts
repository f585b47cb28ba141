import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEmitter, createRedactor } from "@aomori/protocol";
import { runTool } from "@aomori/protocol/run-tool";
import { identity } from "./test-identity.ts";

const echo = fileURLToPath(new URL("fixtures/echo-tool.ts", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aoi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the contract makes of a JSON value: integers beyond 2^53 are strings. */
function onTheWire(value: unknown): unknown {
  if (typeof value === "number") {
    const isLong = /^-?\d{16,}$/.test(String(value)) && !Number.isSafeInteger(value);
    return isLong ? String(BigInt(value)) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(onTheWire);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, onTheWire(item)]));
}

it("any JSON value survives emitter, pipe and reader", async () => {
  const json = fc
    .jsonValue({ maxDepth: 5, stringUnit: "binary" })
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  await fc.assert(
    fc.asyncProperty(
      fc.array(json, { minLength: 50, maxLength: 400, size: "max" }),
      async (all) => {
        const text = all.map((value) => `${JSON.stringify(value)}\n`).join("");
        const argv = [process.execPath, "--conditions=aomori-source", echo];
        const values: unknown[] = [];
        for await (const event of runTool(argv, { stdin: { text } })) {
          if (event.type === "value") values.push(event["value"]);
        }
        expect(values).toEqual(all.map(onTheWire));
      },
    ),
    { numRuns: 4 },
  );
});

const encodings: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => JSON.stringify(secret).slice(1, -1),
  encodeURIComponent,
  (secret) => encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
  (secret) => new URLSearchParams({ k: secret }).toString().slice(2),
  ...[0, 1, 2].map((offset) => (secret: string) => {
    return Buffer.from(`${"x".repeat(offset)}${secret}yz`).toString("base64");
  }),
  (secret) => Buffer.from(secret).toString("base64url"),
];

it("no planted secret leaves in any encoding, wherever it is planted", async () => {
  const secret = fc
    .string({ unit: "grapheme", minLength: 8, maxLength: 40 })
    .filter((text) => text.trim().length >= 8 && text.isWellFormed());
  let run = 0;
  await fc.assert(
    fc.asyncProperty(secret, fc.string({ maxLength: 5 }), async (planted, around) => {
      const file = join(folder, `out-${(run += 1)}`);
      const emitter = createEmitter<{ type: string; [field: string]: unknown }>({
        identity,
        fd: openSync(file, "w"),
        redactor: createRedactor({ secrets: [planted] }),
      });
      const hidden = encodings.map((encode) => encode(planted));
      const texts = hidden.map((text) => `${around}${text}${around}`);
      await emitter.meta({ args: texts, wrapped: texts.join(" ") });
      for (const text of texts) {
        await emitter.emit({ type: "row", text });
        await emitter.emit({ type: "row", deep: { list: [{ [text]: [text] }] } });
        await emitter.error(new Error(`failed at ${text}`));
        await emitter.warning({ message: text });
      }
      await emitter.summary({ note: texts });
      const written = readFileSync(file, "utf8");
      for (const text of written.split("\n").slice(0, -1)) JSON.parse(text);
      for (const text of stable(planted, hidden)) {
        expect(written).not.toContain(text);
        expect(written).not.toContain(JSON.stringify(text).slice(1, -1));
      }
    }),
    { numRuns: 60 },
  );
});

/** Of a base64 text only what depends on the secret alone can be known: its first and last characters depend on what stands around. */
function stable(planted: string, hidden: readonly string[]): string[] {
  const bytes = Buffer.from(planted);
  const insides = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  return [...hidden.slice(0, 5), ...insides].filter((text) => text.length >= 8);
}
