import { readFile, readdir } from "node:fs/promises";
import {
  downloadAsset,
  downloadOptionalAsset,
  latestRelease,
  parseAssetName,
  parseRef,
  parseVersion,
  releaseOf,
  resolveCommit,
  tagOf,
} from "@aomori/plugins";
import type { AssetRequest, AssetRole } from "@aomori/plugins";
import { expect, test } from "vitest";
import { place, sourceWorld } from "./source/loopback-source.ts";
import type { SourceWorld } from "./source/loopback-source.ts";

const version = parseVersion("1.0.0");
const tag = tagOf(version);
const bytes = Buffer.from("binary");

function wanted(world: SourceWorld, role: AssetRole = "binary"): AssetRequest {
  return { ...place, tag, asset: parseAssetName("hello.bin"), role, file: world.path("hello.bin") };
}

test("a release that appears late is waited for, and that is told", async () => {
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  world.repository.release({ tag, late: { afterRequests: 3 }, assets: { "hello.bin": bytes } });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  const release = await releaseOf(world.context, place, version, commit);
  expect(release?.assets.get("hello.bin")).toMatchObject({ sizeBytes: 6 });
  expect(world.progress.filter(({ kind }) => kind === "waiting")).toMatchObject([
    { name: "v1.0.0", limitMs: 400 },
    { name: "v1.0.0" },
    { name: "v1.0.0" },
  ]);
});

test("an asset that appears late is waited for", async () => {
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  world.repository.release({ tag });
  const late = { afterMs: 150 };
  world.repository.asset({ tag, name: "hello.bin", contents: [bytes], late });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  const release = await releaseOf(world.context, place, version, commit);
  expect(release?.assets.size).toBe(0);
  const { url } = await downloadAsset(world.context, { ...wanted(world), release });
  expect(url).toBe(`${world.github.urls.releases}/Octo/hello/releases/download/v1.0.0/hello.bin`);
  expect(await readFile(world.path("hello.bin"), "utf8")).toBe("binary");
  expect(world.progress).toContainEqual(
    expect.objectContaining({ kind: "waiting", name: "hello.bin" }),
  );
});

test("without an API the asset itself is waited for", async () => {
  const world = await sourceWorld({ endpoints: () => ({ apiUrl: undefined }) });
  const commit = await resolveCommit(world.context, place, parseRef(world.repository.commit({})));
  world.repository.release({ tag });
  const late = { afterRequests: 2 };
  world.repository.asset({ tag, name: "hello.bin", contents: [bytes], late });
  expect(await releaseOf(world.context, place, version, commit)).toBeUndefined();
  await downloadAsset(world.context, wanted(world));
  expect(await readFile(world.path("hello.bin"), "utf8")).toBe("binary");
});

test("a release that never comes is explained", async () => {
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  await expect(releaseOf(world.context, place, version, commit)).rejects.toMatchObject({
    code: "RELEASE_NOT_READY",
    retryable: true,
    details: { status: 404, tag: "v1.0.0" },
    message: expect.stringContaining("no release of it yet"),
  });
});

test("a tag of another commit is refused with both, also for a commit named by the caller", async () => {
  const world = await sourceWorld();
  const released = world.repository.commit({ a: "1" });
  world.repository.release({ tag });
  const newer = world.repository.commit({ a: "2" });
  for (const ref of ["HEAD", newer]) {
    const commit = await resolveCommit(world.context, place, parseRef(ref));
    await expect(releaseOf(world.context, place, version, commit)).rejects.toMatchObject({
      code: "RELEASE_COMMIT_MISMATCH",
      details: { tag: "v1.0.0", tag_commit: released, commit: newer },
      message: expect.stringContaining("Octo/hello@v1.0.0"),
    });
  }
});

test.each([
  ["binary", "BINARY_BAD_STATUS"],
  ["script", "BINARY_BAD_STATUS"],
  ["viewer", "VIEWER_ZIP_BAD_STATUS"],
] as const)("an asset that is not there: %s is %s", async (role, code) => {
  const world = await sourceWorld({ limits: { releaseWaitMs: 30 } });
  world.repository.commit({ a: "1" });
  world.repository.release({ tag });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  const release = await releaseOf(world.context, place, version, commit);
  await expect(
    downloadAsset(world.context, { ...wanted(world, role), release }),
  ).rejects.toMatchObject({ code, category: "not_found", details: { status: 404 } });
  expect(await readdir(world.staging)).toEqual([]);
});

test("a proof that is not there is none, and is not waited for", async () => {
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  world.repository.release({ tag });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  const release = await releaseOf(world.context, place, version, commit);
  const proof = wanted(world, "proof");
  expect(await downloadOptionalAsset(world.context, { ...proof, release })).toBeUndefined();
  expect(await downloadOptionalAsset(world.context, proof)).toBeUndefined();
  expect(world.progress).toEqual([]);
  world.github.fault({ origin: "releases", fault: { kind: "status", status: 403 } });
  await expect(downloadOptionalAsset(world.context, proof)).rejects.toMatchObject({
    code: "PROOF_BAD_STATUS",
  });
});

test("the newest release is found, or none", async () => {
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  expect(await latestRelease(world.context, place)).toBeUndefined();
  world.repository.release({ tag });
  world.repository.release({ tag: "v2" });
  expect((await latestRelease(world.context, place))?.tag).toBe("v2");
});

test("an abort ends the waiting", async () => {
  const controller = new AbortController();
  const limits = { releaseWaitMs: 60_000, releasePollMs: 60_000 };
  const world = await sourceWorld({ signal: controller.signal, limits });
  world.repository.commit({ a: "1" });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  const waiting = releaseOf(world.context, place, version, commit);
  setTimeout(() => controller.abort(), 100);
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
