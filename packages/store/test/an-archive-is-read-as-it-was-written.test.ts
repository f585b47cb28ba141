import * as fc from "fast-check";
import { expect, test } from "vitest";

import { readTar, writeTar } from "../src/tar.ts";
import type { TarEntry } from "../src/tar.ts";

const name = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
const entry: fc.Arbitrary<TarEntry> = fc.oneof(
  fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
    type: fc.constant("file" as const),
    mode: fc.constantFrom(0o600, 0o644, 0o700),
    content: fc.uint8Array({ maxLength: 1_500 }),
  }),
  fc.record({
    path: name,
    type: fc.constant("directory" as const),
    mode: fc.constant(0o700),
    content: fc.constant(new Uint8Array()),
  }),
);

test("an archive gives back its entries", () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const read = [...readTar(writeTar(entries))];
      expect(read.map((one) => ({ ...one, content: [...one.content] }))).toEqual(
        entries.map((one) => ({ ...one, content: [...one.content] })),
      );
    }),
  );
});

test("an archive that is cut off anywhere is refused", () => {
  const archive = writeTar([
    { path: "a", type: "file", mode: 0o600, content: new Uint8Array(600) },
  ]);
  for (let length = 0; length < archive.length - 1_023; length += 100) {
    expect(() => [...readTar(archive.subarray(0, length))]).toThrow(/cut off|end mark/);
  }
});

test("an entry that leaves the directory is refused", () => {
  for (const path of ["../a", "/a", "a/../../b"]) {
    const archive = writeTar([{ path, type: "file", mode: 0o600, content: new Uint8Array() }]);
    expect(() => [...readTar(archive)]).toThrow(/leaves its directory/);
  }
});
