import { compareVersions } from "@aomori/plugins";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Semantic versioning 2.0.0 §11, and what authors write besides. */
const ascending = [
  "0.9",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.1",
  "1.2",
  "1.10.0",
  "2",
  "2.0.1",
  "10.0.0",
];

test("older is less, in the order of the standard", () => {
  for (const [index, older] of ascending.entries()) {
    for (const newer of ascending.slice(index + 1)) {
      expect([older, newer, Math.sign(compareVersions(older, newer))]).toEqual([older, newer, -1]);
      expect([newer, older, Math.sign(compareVersions(newer, older))]).toEqual([newer, older, 1]);
    }
  }
  expect(compareVersions("1.0", "1.0.0+build.5")).toBe(0);
});

test("every version is itself, and two have one order from either side", () => {
  const version = fc.stringMatching(/^[0-9a-z.+-]{1,12}$/);
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(compareVersions(a, a)).toBe(0);
      expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
    }),
  );
});
