import { matchesGlob } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ownsFile } from "../src/planning/ownership.ts";
import { cleanPath, pathsOverlap } from "../src/planning/path-overlap.ts";

test.each([
  ["src/a.ts", "src/a.ts", true],
  ["src/a.ts", "src/b.ts", false],
  ["src", "src/deep/a.ts", true],
  ["v1.2", "v1.2/a.ts", true],
  ["src/a", "src/ab.ts", false],
  ["src/**", "src/deep/a.ts", true],
  ["src/**/a.ts", "src/a.ts", true],
  ["src/**/a.ts", "src/x/b.ts", false],
  ["src/*.ts", "src/deep/a.ts", false],
  ["src/*.ts", "src/a*", true],
  ["src/*-test.ts", "src/cart*.ts", true],
  ["src/?.ts", "src/ab.ts", false],
  ["src/{a,b}.ts", "src/b.ts", true],
  ["src/{a,b}.ts", "src/c.ts", false],
  ["app/[id]/page.tsx", "app/[id]/page.tsx", true],
  ["app/[id]/page.tsx", "app/i/page.tsx", false],
  ["**", "anything/at/all.ts", true],
  ["**/*.md", "docs/*.ts", false],
])("%s and %s: %s", (a, b, expected) => {
  expect(pathsOverlap(a, b)).toBe(expected);
  expect(pathsOverlap(b, a)).toBe(expected);
});

const segment = fc.constantFrom("a", "b", "ab", "*", "a*", "*b", "?", "**");
const pattern = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((parts) => `${parts.join("/")}/x.ts`);
const file = fc
  .array(fc.constantFrom("a", "b", "ab", "abb"), { minLength: 0, maxLength: 4 })
  .map((parts) => [...parts, "x.ts"].join("/"));

test("two patterns that match a common file overlap, and a pattern overlaps a file exactly when it matches it", () => {
  fc.assert(
    fc.property(pattern, pattern, file, (a, b, path) => {
      if (matchesGlob(path, a) && matchesGlob(path, b)) expect(pathsOverlap(a, b)).toBe(true);
      expect(pathsOverlap(a, path)).toBe(matchesGlob(path, a));
    }),
    { numRuns: 2_000 },
  );
});

test("a path that many wildcards make hard is still answered at once", () => {
  const hard = `${"**/".repeat(60)}${"*a".repeat(80)}`;
  expect(pathsOverlap(hard, `${"**/".repeat(60)}${"*b".repeat(80)}`)).toBe(false);
  expect(pathsOverlap(`{${"a,b}{".repeat(20)}a,b}.ts`, "c/d.ts")).toBe(true);
});

test("paths are cleaned, and what lies outside the repository is none", () => {
  expect(cleanPath("./src//a.ts")).toBe("src/a.ts");
  expect(cleanPath("src/")).toBe("src/**");
  expect(cleanPath(".")).toBe("**");
  for (const bad of ["", "/a", "../a", "a/../../b", ".git/hooks/x"])
    expect(cleanPath(bad)).toBeUndefined();
});

test("a changed file is owned or not", () => {
  expect(ownsFile(["src/cart/**", "README.md"], "src/cart/deep/a.ts")).toBe(true);
  expect(ownsFile(["src/cart/**", "README.md"], "src/price.ts")).toBe(false);
});
