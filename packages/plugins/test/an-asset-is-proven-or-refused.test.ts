import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import {
  downloadAsset,
  lowestTrust,
  minisignKeyOf,
  parseAssetName,
  parseMinisignKey,
  parseRef,
  parseSha256,
  parseVersion,
  proveAsset,
  readTrustedRoot,
  releaseOf,
  requireLevel,
  resolveCommit,
} from "@aomori/plugins";
import type { ProofRequest, SourceContext, Trust } from "@aomori/plugins";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { minisignSigner } from "./integrity/minisign-signer.ts";
import { gitHubIssuer, ownWorkflow, sigstoreWorld } from "./integrity/sigstore-world.ts";
import { place, sourceWorld } from "./source/loopback-source.ts";

const content = Buffer.alloc(50_000, "an asset ");
const hash = parseSha256(createHash("sha256").update(content).digest("hex"));
const other = parseSha256("0".repeat(64));

interface Downloaded {
  readonly context: SourceContext;
  readonly request: ProofRequest;
  readonly prove: (more?: Partial<ProofRequest>) => Promise<Trust>;
  readonly keyOf: () => ReturnType<typeof minisignKeyOf>;
}

/** A release with the asset and these proofs beside it, downloaded; whatever is proven, nothing stays in staging but the asset. */
async function downloadedWith(
  proofs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
  api = true,
): Promise<Downloaded> {
  const world = await sourceWorld(api ? {} : { endpoints: () => ({ apiUrl: undefined }) });
  const sha = world.repository.commit({ "aomori.plugin.json": "{}", ...files });
  const assets = Object.entries(proofs).map(([name, text]) => [name, Buffer.from(text)] as const);
  world.repository.release({
    tag: "v1.0.0",
    assets: { "hello.bin": content, ...Object.fromEntries(assets) },
  });
  const commit = await resolveCommit(world.context, place, parseRef(api ? "HEAD" : sha));
  const release = await releaseOf(world.context, place, parseVersion("1.0.0"), commit);
  const facts = { ...place, tag: "v1.0.0", asset: parseAssetName("hello.bin"), release };
  const file = world.path("hello.bin");
  const { sha256 } = await downloadAsset(world.context, { ...facts, role: "binary", file });
  const request = { ...facts, file, sha256, stagingDirectory: world.staging };
  return {
    context: world.context,
    request,
    keyOf: () => minisignKeyOf(world.context, place, commit, undefined),
    prove: async (more = {}) => {
      try {
        return await proveAsset(world.context, { ...request, ...more });
      } finally {
        expect(await readdir(world.staging)).toEqual(["hello.bin"]);
      }
    },
  };
}

test("nothing published: nothing is known", async () => {
  const { prove } = await downloadedWith({});
  expect(await prove()).toEqual({ level: "none" });
});

const lists: readonly (readonly [string, string, string])[] = [
  ["GNU, text", "SHA256SUMS", `${other}  other.bin\n${hash}  hello.bin\n`],
  ["GNU, binary", "SHA256SUMS", `${hash} *hello.bin\n`],
  ["GNU, in the folder", "checksums.txt", `${hash}  ./hello.bin\r\n`],
  ["GNU, escaped names beside it", "SHA256SUMS", `\\${other}  a\\nb\n${hash}  hello.bin\n`],
  ["BSD", "checksums.txt", `MD5 (hello.bin) = ${"0".repeat(32)}\nSHA256 (hello.bin) = ${hash}\n`],
  ["upper case", "checksums.txt", `${hash.toUpperCase()}  hello.bin\n`],
  ["a file of its own", "hello.bin.sha256", `${hash}  hello.bin\n`],
  ["a hash and nothing else", "hello.bin.sha256", hash],
];

test.each(lists)("a checksums asset is read: %s", async (_format, name, text) => {
  const { prove } = await downloadedWith({ [name]: text });
  expect(await prove()).toEqual({ level: "checksum", checksum_from: "checksums_asset" });
  const wrong = await downloadedWith({ [name]: text.replaceAll(new RegExp(hash, "gi"), other) });
  await expect(wrong.prove()).rejects.toMatchObject({
    code: "CHECKSUM_MISMATCH",
    details: { expected: other, actual: hash, where: name },
  });
});

test("a list without the asset proves nothing, a list of nothing is an error", async () => {
  const without = await downloadedWith({ SHA256SUMS: `${other}  hello.bin.exe\n` });
  expect(await without.prove()).toEqual({ level: "none" });
  const broken = await downloadedWith({ SHA256SUMS: "<html>" });
  await expect(broken.prove()).rejects.toMatchObject({ code: "CHECKSUMS_MALFORMED" });
});

test("lists are found without an API too", async () => {
  const { prove } = await downloadedWith({ "checksums.txt": `${hash}  hello.bin` }, {}, false);
  expect(await prove()).toEqual({ level: "checksum", checksum_from: "checksums_asset" });
});

test("the lockfile comes before the manifest, and they before what is published", async () => {
  const { prove } = await downloadedWith({ SHA256SUMS: `${hash}  hello.bin` });
  const all = { lockfileHash: hash, manifestHash: hash };
  expect(await prove(all)).toEqual({ level: "checksum", checksum_from: "lockfile" });
  expect(await prove({ manifestHash: hash })).toMatchObject({ checksum_from: "manifest" });
  await expect(prove({ lockfileHash: other, manifestHash: other })).rejects.toMatchObject({
    code: "CHECKSUM_CONFLICT",
    message: expect.stringMatching(/by the lockfile .* by SHA256SUMS/),
  });
});

test("a list that contradicts itself, or another list, is a conflict", async () => {
  const twice = await downloadedWith({ SHA256SUMS: `${hash}  hello.bin\n${other}  hello.bin\n` });
  await expect(twice.prove()).rejects.toMatchObject({ code: "CHECKSUM_CONFLICT" });
  const lists = { SHA256SUMS: `${hash}  hello.bin`, "checksums.txt": `${other}  hello.bin` };
  const two = await downloadedWith(lists);
  await expect(two.prove()).rejects.toMatchObject({ code: "CHECKSUM_CONFLICT" });
});

test("a minisign signature by the repository's key makes it signed, any other is an error", async () => {
  const signer = minisignSigner();
  const proofs = { "hello.bin.minisig": signer.sign(content) };
  const world = await downloadedWith(proofs, { "minisign.pub": signer.publicKeyFile });
  const key = await world.keyOf();
  const signed = { level: "signed", signer: { kind: "minisign", public_key: signer.publicKey } };
  expect(await world.prove({ key })).toMatchObject(signed);
  expect(await world.prove()).toEqual({ level: "none" });
  const stranger = parseMinisignKey(minisignSigner().publicKeyFile, "key");
  await expect(world.prove({ key: stranger })).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
});

test("without a key in the repository the remembered one is used", async () => {
  const { signer } = parseMinisignKey(minisignSigner().publicKeyFile, "key");
  const world = await sourceWorld();
  world.repository.commit({ a: "1" });
  const commit = await resolveCommit(world.context, place, parseRef("HEAD"));
  expect((await minisignKeyOf(world.context, place, commit, signer))?.signer).toEqual(signer);
  expect(await minisignKeyOf(world.context, place, commit, undefined)).toBeUndefined();
});

test.each(["hello.bin.sigstore.json", "hello.bin.sigstore"])(
  "%s: a bundle of the repository's own workflow makes it attested",
  async (name) => {
    const sigstore = await sigstoreWorld();
    const world = await downloadedWith({ [name]: await sigstore.bundle(content) });
    const root = `${world.request.file}.root`;
    await writeFile(root, sigstore.trustedRoot);
    const trustMaterial = await readTrustedRoot(root);
    const proven = proveAsset(world.context, { ...world.request, sigstore: { trustMaterial } });
    expect(await proven).toEqual({
      level: "attested",
      signer: { kind: "sigstore", subject: ownWorkflow, issuer: gitHubIssuer },
    });
  },
);

test("a level that is asked for is reached or said to be missing", () => {
  requireLevel("none", { level: "none" }, "hello.bin");
  requireLevel("checksum", { level: "signed" }, "hello.bin");
  requireLevel("attested", { level: "attested" }, "hello.bin");
  expect(() => requireLevel("attested", { level: "checksum" }, "hello.bin")).toThrow(
    expect.objectContaining({
      code: "TRUST_TOO_LOW",
      category: "authz",
      details: { level: "checksum", minimum: "attested" },
      message: expect.stringContaining(".minisig"),
    }),
  );
  expect(lowestTrust([{ level: "attested" }, { level: "checksum" }, { level: "signed" }])).toEqual({
    level: "checksum",
  });
});
