import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { downloadAsset, parseAssetName } from "@aomori/plugins";
import type { AssetRequest, Downloaded } from "@aomori/plugins";
import type { AssetContent, GitHubFault } from "@aomori/testkit";
import { expect, test } from "vitest";
import { place, sourceWorld } from "./source/loopback-source.ts";
import type { SourceWorld, WorldOptions } from "./source/loopback-source.ts";

const content = Buffer.alloc(300_000, "some bytes that are not all the same ");
const tag = "v1.0.0";

interface World extends SourceWorld {
  readonly download: (more?: Partial<AssetRequest>) => Promise<Downloaded>;
}

async function worldWith(
  contents: readonly [AssetContent, ...AssetContent[]] = [content],
  options: WorldOptions = {},
): Promise<World> {
  const world = await sourceWorld(options);
  world.repository.commit({ a: "1" });
  world.repository.release({ tag });
  world.repository.asset({ tag, name: "hello.bin", contents });
  const request = { ...place, tag, asset: parseAssetName("hello.bin"), role: "binary" as const };
  const file = world.path("hello.bin");
  return {
    ...world,
    download: (more = {}) => downloadAsset(world.context, { ...request, file, ...more }),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The `Range` of each request that reached the store of assets. */
function rangesOf({ github }: SourceWorld): readonly (string | undefined)[] {
  return github.requests
    .filter(({ origin }) => origin === "assets")
    .map(({ headers }) => headers.range);
}

const release = { tag, assets: new Map([["hello.bin", { id: 1, sizeBytes: content.length }]]) };

test("the bytes arrive in a file, hashed and counted on the way", async () => {
  const world = await worldWith();
  expect(await world.download({ release })).toEqual({
    url: `${world.github.urls.releases}/Octo/hello/releases/download/v1.0.0/hello.bin`,
    sha256: sha256(content),
    sizeBytes: content.length,
  });
  expect(content.equals(await readFile(world.path("hello.bin")))).toBe(true);
  const told = world.progress.filter((one) => one.kind === "downloading");
  expect(told.at(-1)).toMatchObject({ receivedBytes: 300_000, totalBytes: 300_000 });
  const counts = told.map(({ receivedBytes }) => receivedBytes);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
});

/** A connection that ends takes along what was still on its way. */
const someRange: string = expect.stringMatching(/^bytes=[1-9]\d*-$/);

const survived: readonly (readonly [string, GitHubFault, readonly (string | undefined)[]])[] = [
  ["the connection breaks in the middle", { kind: "drop", afterBytes: 120_000 }, [someRange]],
  ["the answer ends early", { kind: "truncate", afterBytes: 70_000 }, [someRange]],
  ["nothing more comes", { kind: "stall", afterBytes: 65_536 }, [someRange]],
  ["the connection breaks before an answer", { kind: "drop", afterBytes: -1 }, [undefined]],
  ["the answer does not come in time", { kind: "delay", delayMs: 1500 }, [undefined]],
  ["the store is down", { kind: "status", status: 503 }, [undefined]],
  ["the length is a lie", { kind: "length", sizeBytes: 300_010 }, [someRange, undefined]],
];

test.each(survived)("%s once: the download goes on", async (_what, fault, later) => {
  const world = await worldWith();
  world.github.fault({ origin: "assets", times: 1, fault });
  const { sha256: hash } = await world.download();
  expect(hash).toBe(sha256(content));
  expect(content.equals(await readFile(world.path("hello.bin")))).toBe(true);
  expect(rangesOf(world)).toEqual([undefined, ...later]);
  expect(world.progress.filter(({ kind }) => kind === "retrying").length).toBe(later.length);
});

test("it breaks three times and is taken up three times", async () => {
  const world = await worldWith();
  world.github.fault({ origin: "assets", times: 3, fault: { kind: "drop", afterBytes: 80_000 } });
  expect((await world.download()).sha256).toBe(sha256(content));
  expect(rangesOf(world)).toEqual([undefined, someRange, someRange, someRange]);
  const starts = rangesOf(world).map((range) => Number(/\d+/.exec(range ?? "0")));
  expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
});

test("content that changed in between is fetched from its beginning, never mixed", async () => {
  const other = Buffer.alloc(content.length, "other bytes ");
  const world = await worldWith([content, other]);
  world.github.fault({ origin: "assets", times: 1, fault: { kind: "drop", afterBytes: 90_000 } });
  expect(await world.download()).toMatchObject({
    sha256: sha256(other),
    sizeBytes: content.length,
  });
  expect(other.equals(await readFile(world.path("hello.bin")))).toBe(true);
});

test("a server that knows no ranges is asked for the whole again", async () => {
  const world = await worldWith();
  world.github.fault({ origin: "assets", times: 1, fault: { kind: "drop", afterBytes: 90_000 } });
  world.github.fault({ origin: "assets", times: 1, fault: { kind: "ignore_range" } });
  expect((await world.download()).sha256).toBe(sha256(content));
});

test("a pause the server asks for is kept, one that is too long is told instead", async () => {
  const world = await worldWith();
  const pause = { kind: "rate_limit", status: 429, retryAfterSeconds: 1 } as const;
  world.github.fault({ origin: "releases", times: 1, fault: pause });
  await world.download();
  expect(world.progress[0]).toMatchObject({
    kind: "retrying",
    delayMs: 1000,
    reason: "RATE_LIMITED",
  });

  const busy = await worldWith();
  busy.github.fault({ origin: "releases", fault: { ...pause, retryAfterSeconds: 3600 } });
  await expect(busy.download()).rejects.toMatchObject({
    code: "BINARY_BAD_STATUS",
    category: "rate_limited",
    details: { status: 429, reason: "RATE_LIMITED" },
    retryAfterMs: 3_600_000,
  });
  expect(busy.github.requests.length).toBe(1);
});

test("a packed answer nobody asked for is unpacked", async () => {
  const world = await worldWith();
  world.github.fault({ origin: "assets", fault: { kind: "gzip" } });
  expect((await world.download({ release })).sha256).toBe(sha256(content));
});

const refused: readonly (readonly [string, GitHubFault, object])[] = [
  [
    "drops for ever",
    { kind: "drop", afterBytes: 0 },
    { code: "DOWNLOAD_TRUNCATED", retryable: true },
  ],
  [
    "ends early in good order",
    { kind: "shorten", afterBytes: 1000 },
    { code: "DOWNLOAD_TRUNCATED" },
  ],
  [
    "is longer than its release says",
    { kind: "body", body: Buffer.alloc(300_001) },
    { code: "DOWNLOAD_LENGTH_MISMATCH" },
  ],
  [
    "is down for ever",
    { kind: "status", status: 500 },
    { code: "BINARY_BAD_STATUS", retryable: true, details: { status: 500 } },
  ],
  [
    "is forbidden",
    { kind: "status", status: 403 },
    { code: "BINARY_BAD_STATUS", retryable: false, category: "authz" },
  ],
  ["redirects in a circle", { kind: "redirect_loop" }, { code: "REDIRECT_LIMIT" }],
  [
    "redirects to http elsewhere",
    { kind: "redirect", location: "http://example.com/x" },
    { code: "REDIRECT_REFUSED" },
  ],
  [
    "redirects to a file",
    { kind: "redirect", location: "file:///etc/passwd" },
    { code: "REDIRECT_REFUSED" },
  ],
  [
    "redirects to nothing",
    { kind: "redirect", location: "http://[" },
    { code: "REDIRECT_REFUSED" },
  ],
  [
    "stalls for ever",
    { kind: "stall", afterBytes: 10 },
    { code: "SOURCE_TIMEOUT", category: "timeout" },
  ],
];

test.each(refused)(
  "an asset that %s is refused and leaves no file",
  async (_what, fault, error) => {
    const world = await worldWith();
    world.github.fault({ origin: "assets", fault });
    await expect(world.download({ release })).rejects.toMatchObject(error);
    expect(await readdir(world.staging)).toEqual([]);
  },
);

test("what is over the cap is refused, whether it says its length or not", async () => {
  const limits = { maxAssetBytes: 1_000_000 };
  const huge = { sizeBytes: 4_000_000_000, byte: 1 };
  const honest = await worldWith([huge], { limits });
  await expect(honest.download()).rejects.toMatchObject({ code: "DOWNLOAD_TOO_LARGE" });
  expect(honest.progress).toEqual([]);
  const silent = await worldWith([huge], { limits });
  silent.github.fault({ origin: "assets", fault: { kind: "shorten", afterBytes: 3_000_000_000 } });
  await expect(silent.download()).rejects.toMatchObject({ code: "DOWNLOAD_TOO_LARGE" });
  expect(await readdir(silent.staging)).toEqual([]);
});

test("a slow download is told from a dead one, but not waited for without end", async () => {
  const slow = { kind: "slow", chunkBytes: 60_000, everyMs: 100 } as const;
  const patient = await worldWith();
  patient.github.fault({ origin: "assets", fault: slow });
  expect((await patient.download()).sizeBytes).toBe(300_000);
  const hasty = await worldWith([content], { limits: { totalTimeoutMs: 250 } });
  hasty.github.fault({ origin: "assets", fault: slow });
  await expect(hasty.download()).rejects.toMatchObject({
    code: "SOURCE_TIMEOUT",
    message: expect.stringContaining("250 ms"),
  });
  expect(await readdir(hasty.staging)).toEqual([]);
});

test("an abort ends a download, a pause and a wait at once", async () => {
  for (const fault of [
    { kind: "slow", chunkBytes: 10, everyMs: 50 },
    { kind: "rate_limit", status: 429, retryAfterSeconds: 2 },
  ] as const) {
    const controller = new AbortController();
    const world = await worldWith([content], { signal: controller.signal });
    world.github.fault({ origin: "assets", fault });
    const downloading = world.download();
    setTimeout(() => controller.abort(), 100);
    await expect(downloading).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(world.staging)).toEqual([]);
  }
});

test("a file that is there already is not written over", async () => {
  const world = await worldWith();
  await world.download();
  await expect(world.download()).rejects.toMatchObject({ code: "IO_FAILED" });
  expect((await stat(world.path("hello.bin"))).size).toBe(300_000);
});

test("a full disk is said, and nothing is left of the download", async (context) => {
  const world = await worldWith([{ sizeBytes: 3_000_000, byte: 7 }]);
  const small = world.path("small");
  await mkdir(small);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
  if (mounted.status !== 0) return context.skip("no tmpfs can be mounted here");
  try {
    const file = world.path("small/hello.bin");
    await expect(world.download({ file })).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(await readdir(small)).toEqual([]);
  } finally {
    spawnSync("umount", [small]);
  }
});
