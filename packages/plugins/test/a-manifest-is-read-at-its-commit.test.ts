import { fetchManifest, fetchRepositoryFile, parseRef, resolveCommit } from "@aomori/plugins";
import { expect, test } from "vitest";
import { place, sourceWorld } from "./source/loopback-source.ts";

test("the manifest of the commit is read, whatever the branch says by then", async () => {
  const { context, repository, github } = await sourceWorld();
  const files = { "aomori.plugin.json": '{"version":"1"}', "objectiveai.json": "{}" };
  const sha = repository.commit(files);
  const commit = await resolveCommit(context, place, parseRef("HEAD"));
  repository.commit({ "aomori.plugin.json": '{"version":"2"}' });
  expect(await fetchManifest(context, place, commit)).toEqual({
    fileName: "aomori.plugin.json",
    url: `${github.urls.raw}/Octo/hello/${sha}/aomori.plugin.json`,
    text: '{"version":"1"}',
  });
});

test("the older name is read where the new one is not there", async () => {
  const { context, repository } = await sourceWorld();
  repository.commit({ "objectiveai.json": "{}" });
  const commit = await resolveCommit(context, place, parseRef("HEAD"));
  const { fileName, text } = await fetchManifest(context, place, commit);
  expect([fileName, text]).toEqual(["objectiveai.json", "{}"]);
  expect(await fetchRepositoryFile(context, place, commit, "minisign.pub")).toBeUndefined();
});

test("a packed answer is unpacked, and one over the limit refused, packed or not", async () => {
  const { context, repository, github } = await sourceWorld({ limits: { maxManifestBytes: 5000 } });
  repository.commit({ "aomori.plugin.json": "{}", big: "x".repeat(5001) });
  const commit = await resolveCommit(context, place, parseRef("HEAD"));
  github.fault({ origin: "raw", fault: { kind: "gzip" } });
  expect((await fetchManifest(context, place, commit)).text).toBe("{}");
  await expect(fetchRepositoryFile(context, place, commit, "big")).rejects.toMatchObject({
    code: "DOWNLOAD_TOO_LARGE",
  });
});

test.each([
  [404, "not_found", 2],
  [403, "authz", 1],
  [500, "temporary", 4],
])(
  "status %i: MANIFEST_BAD_STATUS with url, status and what to do",
  async (status, category, asked) => {
    const { context, repository, github } = await sourceWorld();
    const sha = repository.commit({});
    const commit = await resolveCommit(context, place, parseRef("HEAD"));
    github.fault({ origin: "raw", fault: { kind: "status", status } });
    await expect(fetchManifest(context, place, commit)).rejects.toMatchObject({
      code: "MANIFEST_BAD_STATUS",
      category,
      details: { url: `${github.urls.raw}/Octo/hello/${sha}/aomori.plugin.json`, status },
      message: expect.stringMatching(/answered with status \d+; \w+/),
    });
    expect(github.requests.filter(({ origin }) => origin === "raw").length).toBe(asked);
  },
);
