import fc from "fast-check";
import { expect, test } from "vitest";
import {
  commitOfRef,
  parseAssetName,
  parseCommit,
  parseCoordinates,
  parseOwner,
  parsePluginName,
  parseRef,
  parseRepository,
  parseSha256,
  parseVersion,
} from "@aomori/plugins";
import { hostileNames } from "./hostile-names.ts";
import type { HostileName } from "./hostile-names.ts";
import { thrown } from "./thrown.ts";

const parsers: Readonly<Record<HostileName["kind"], (text: string) => unknown>> = {
  owner: parseOwner,
  repository: parseRepository,
  ref: parseRef,
  commit: parseCommit,
  version: parseVersion,
  asset: parseAssetName,
  plugin: (text) => parsePluginName(text, { coreCommands: ["spec", "task"] }),
  sha256: parseSha256,
  coordinates: parseCoordinates,
};

test.each(hostileNames)("$kind $text is refused as $code", async ({ kind, text, code, says }) => {
  const error = await thrown(() => parsers[kind](text));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(says);
  expect(error.message).toMatch(/^[ -~…]+$/);
});

test("names that are right come back as they are", () => {
  expect(parseOwner("some-Owner9")).toBe("some-Owner9");
  expect(parseRepository("_wave.front-2")).toBe("_wave.front-2");
  expect(parsePluginName("specs", { coreCommands: ["spec"] })).toBe("specs");
  for (const version of ["1.4.0", "1.0.0-rc.1+build.5", "2026-11", "vault-1"]) {
    expect(parseVersion(version)).toBe(version);
  }
  expect(parseAssetName("tool_1.0+x-linux.tar.gz")).toBe("tool_1.0+x-linux.tar.gz");
  for (const ref of ["HEAD", "main", "v1.0.0", "feature/a-b", "refs/tags/v1", "release@2"]) {
    expect(parseRef(ref)).toBe(ref);
  }
});

test("coordinates have a ref of their own, or HEAD", () => {
  expect(parseCoordinates("aomori/wavefront")).toEqual({
    owner: "aomori",
    repository: "wavefront",
    ref: "HEAD",
  });
  expect(parseCoordinates("aomori/wavefront@feature/x@2")).toMatchObject({ ref: "feature/x@2" });
});

test("a ref that is a whole commit id names its commit, in lower case", () => {
  const upper = "0123456789ABCDEF0123456789ABCDEF01234567";
  expect(commitOfRef(parseRef(upper))).toBe(upper.toLowerCase());
  expect(parseCommit(upper)).toBe(upper.toLowerCase());
  expect(commitOfRef(parseRef("0123456"))).toBeUndefined();
  expect(commitOfRef(parseRef("main"))).toBeUndefined();
});

const hostileUnits = [
  "a",
  "b",
  "c",
  ".",
  "/",
  "\\",
  "%",
  "@",
  ":",
  "~",
  " ",
  "-",
  "\u00e9",
  "\u202e",
  "\0",
];

test("whatever a parser lets through is one segment of an address and of a path", () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...hostileUnits),
  });
  const kinds = ["owner", "repository", "version", "asset", "plugin"] as const;
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string()), fc.constantFrom(...kinds), (text, kind) => {
      let name: unknown;
      try {
        name = parsers[kind](text);
      } catch {
        return;
      }
      expect(new URL(`https://example.com/a/${String(name)}`).pathname).toBe(`/a/${text}`);
      expect(encodeURIComponent(text).replaceAll("%2B", "+")).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("a ref that is let through leaves no directory of an address", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab./@-]{1,10}$/), (text) => {
      let ref: string;
      try {
        ref = parseRef(text);
      } catch {
        return;
      }
      expect(new URL(`https://example.com/o/r/${ref}/file`).pathname).toBe(`/o/r/${ref}/file`);
    }),
    { numRuns: 2000 },
  );
});
