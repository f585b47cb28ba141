import { downloadAsset, fetchManifest, parseRef, resolveCommit } from "@aomori/plugins";
import type { AssetName, Commit, Owner, Ref, Repository } from "@aomori/plugins";
import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf, sourceWorld } from "./source/loopback-source.ts";

const hostile = [
  "..",
  ".",
  "",
  "../evil",
  "a/../../b",
  "%2e%2e",
  "a?b",
  "a#b",
  "a\\b",
  "@evil.example",
  "a b",
  "\u00E9",
];

test("whatever a name holds, the request goes below the configured base or not at all", async () => {
  const world = await sourceWorld({
    limits: { releaseWaitMs: 0 },
    endpoints: ({ urls }) => ({
      rawUrl: `${urls.raw}/mirror/`,
      releasesUrl: `${urls.releases}/mirror`,
      apiUrl: `${urls.api}/mirror`,
    }),
  });
  const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ maxLength: 12, unit: "binary" }));
  await fc.assert(
    fc.asyncProperty(name, name, name, async (owner, repository, last) => {
      const before = world.github.requests.length;
      // No names at all: what the parsers refuse before, the addresses must withstand too.
      const place = { owner: owner as Owner, repository: repository as Repository };
      const commit = await Promise.allSettled([
        resolveCommit(world.context, place, last as Ref),
        fetchManifest(world.context, place, last as Commit),
        downloadAsset(world.context, {
          ...place,
          tag: "v1",
          asset: last as AssetName,
          role: "binary",
          file: world.path("never"),
        }),
      ]);
      expect(commit.every(({ status }) => status === "rejected")).toBe(true);
      for (const { path, origin } of world.github.requests.slice(before)) {
        expect(path.includes("?") || path.includes("#")).toBe(false);
        const segments = path.split("/").slice(1).map(decodeURIComponent);
        const names = {
          api: ["repos", owner, repository, "commits", last],
          raw: [owner, repository, last, expect.stringMatching(/json$/)],
          releases: [owner, repository, "releases", "download", "v1", last],
          assets: [],
        };
        expect(segments).toEqual(["mirror", ...names[origin]]);
      }
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["is no URL", "github.com"],
  ["is neither https nor http on loopback", "http://github.example"],
  ["is neither https nor http on loopback", "ftp://127.0.0.1"],
  ["has a user, a query or a fragment", "https://user:secret@github.example"],
  ["has a user, a query or a fragment", "https://github.example/?a=b"],
])("a base that %s is refused: %s", async (problem, apiUrl) => {
  const { context } = await sourceWorld({ endpoints: () => ({ apiUrl }) });
  const resolving = resolveCommit(context, placeOf("a", "b"), parseRef("HEAD"));
  await expect(resolving).rejects.toMatchObject({
    code: "PLUGIN_ENDPOINT_INVALID",
    category: "config",
    message: expect.stringContaining(problem),
  });
});
