import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEntry } from "../src/registry/parse-entry.ts";
import { openSigningKey } from "../src/registry/signing-key.ts";
import { isDigestTrue, isSignatureTrue, keyIdOf, signEntry } from "../src/registry/signing.ts";
import { entryOf, newKey } from "./registry-entries-on-hand.ts";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "aoi-registry-key-"));
});
afterAll(() => rmSync(place, { recursive: true }));

/** Every text, number and list of a value, by path, each changed by itself. */
function* changed(value: unknown): Generator<unknown, void> {
  if (typeof value === "string") yield `${value}x`;
  else if (typeof value === "number") yield value + 1;
  else if (Array.isArray(value)) {
    yield [...value, value[0]];
    for (const [index, item] of value.entries())
      for (const other of changed(item)) yield value.with(index, other);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value))
      for (const other of changed(member)) yield { ...value, [name]: other };
  }
}

test("a signed entry holds, however its file is laid out", () => {
  const entry = entryOf();
  expect(isSignatureTrue(entry)).toBe(true);
  expect(isDigestTrue(entry.report)).toBe(true);
  const shuffled = Object.fromEntries(Object.entries(entry).toReversed());
  expect(isSignatureTrue(parseEntry(JSON.stringify(shuffled, null, 7), "it"))).toBe(true);
});

test("no single change of any field goes unnoticed", () => {
  let count = 0;
  for (const other of changed(entryOf())) {
    count += 1;
    let isFound: boolean;
    try {
      isFound = !isSignatureTrue(parseEntry(JSON.stringify(other), "it"));
    } catch {
      isFound = true;
    }
    expect(isFound, JSON.stringify(other)).toBe(true);
  }
  expect(count).toBeGreaterThan(25);
});

test("a report that was changed and signed anew by somebody else has another key, and its digest tells", () => {
  const entry = entryOf();
  const { signature: _signature, ...unsigned } = entry;
  const report = { ...unsigned.report, profile: "core" };
  const forged = signEntry({ ...unsigned, report }, newKey());
  expect(isSignatureTrue(forged)).toBe(true);
  expect(forged.signature.key_id).not.toBe(entry.signature.key_id);
  expect(isDigestTrue(forged.report)).toBe(false);
});

test("counts that are not those of the verdicts make a digest untrue", () => {
  const counts = { passed: 3, failed: 0, not_verified: 0 };
  expect(isDigestTrue(entryOf({}, newKey(), { counts }).report)).toBe(false);
});

test("a key cannot borrow the id of another", () => {
  const entry = entryOf();
  const borrowed = { ...entry.signature, key_id: keyIdOf(entryOf().signature.public_key) };
  expect(isSignatureTrue({ ...entry, signature: borrowed })).toBe(false);
});

describe("the signing key", () => {
  test("is made once, for its owner alone, also when two ask at once", async () => {
    const path = join(place, "made", "signing-key.pem");
    const keys = await Promise.all([openSigningKey(path), openSigningKey(path)]);
    const ids = [...keys, await openSigningKey(path)].map(
      (key) => entryOf({}, key).signature.key_id,
    );
    expect(new Set(ids).size).toBe(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toContain("PRIVATE KEY");
  });

  test("that others may read, or that is of another kind, is refused", async () => {
    const open = join(place, "open.pem");
    await openSigningKey(open);
    chmodSync(open, 0o644);
    await expect(openSigningKey(open)).rejects.toMatchObject({ code: "SIGNING_KEY_TOO_OPEN" });
    const other = join(place, "rsa.pem");
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(other, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    await expect(openSigningKey(other)).rejects.toMatchObject({ code: "SIGNING_KEY_INVALID" });
    writeFileSync(other, "nonsense", { mode: 0o600 });
    await expect(openSigningKey(other)).rejects.toMatchObject({ code: "SIGNING_KEY_INVALID" });
  });
});
