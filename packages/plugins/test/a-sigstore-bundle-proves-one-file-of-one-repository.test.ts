import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSha256, readTrustedRoot, verifySigstore } from "@aomori/plugins";
import type { AttestedFile, SigstoreIdentity } from "@aomori/plugins";
import { beforeAll, expect, test } from "vitest";
import { gitHubIssuer, ownWorkflow, sigstoreWorld } from "./integrity/sigstore-world.ts";
import type { BundleOptions, SigstoreWorld } from "./integrity/sigstore-world.ts";
import { place } from "./source/loopback-source.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const content = Buffer.alloc(200_000, "what is attested ");
const hash = parseSha256(createHash("sha256").update(content).digest("hex"));
let trusted: SigstoreWorld;

beforeAll(async () => {
  trusted = await sigstoreWorld();
});

async function verify(
  bundle: string,
  bytes: Buffer = content,
  identities: readonly SigstoreIdentity[] = [],
): Promise<unknown> {
  const directory = await temporaryDirectory();
  const [file, root] = [join(directory, "hello.bin"), join(directory, "trusted_root.json")];
  await writeFile(file, bytes);
  await writeFile(root, trusted.trustedRoot);
  const sha256 = parseSha256(createHash("sha256").update(bytes).digest("hex"));
  const subject: AttestedFile = { ...place, file, sha256, where: "hello.bin.sigstore.json" };
  return await verifySigstore(bundle, subject, {
    trustMaterial: await readTrustedRoot(root),
    identities,
  });
}

test("a signature over the file, and a statement with its hash, are both accepted", async () => {
  const signer = { kind: "sigstore", subject: ownWorkflow, issuer: gitHubIssuer };
  expect(await verify(await trusted.bundle(content))).toEqual(signer);
  expect(await verify(await trusted.bundle(content, { statementSha256: hash }))).toEqual(signer);
});

test("a file that was changed afterwards is refused, whatever was signed", async () => {
  const changed = Buffer.concat([content, Buffer.from("!")]);
  for (const options of [{}, { statementSha256: hash }]) {
    const bundle = await trusted.bundle(content, options);
    await expect(verify(bundle, changed)).rejects.toMatchObject({ code: "ATTESTATION_INVALID" });
  }
});

const strangers: readonly (readonly [string, BundleOptions])[] = [
  ["another owner", { subject: ownWorkflow.replace("Octo", "Evil") }],
  ["another repository", { subject: ownWorkflow.replace("hello", "hello2") }],
  ["an owner that ends alike", { subject: ownWorkflow.replace("com/", "com/x/") }],
  ["another host", { subject: ownWorkflow.replace("github.com", "github.com.evil.example") }],
  ["a workflow elsewhere in the repository", { subject: ownWorkflow.replace(".github/", "") }],
  ["a run on a pull request", { subject: ownWorkflow.replace("tags/v1.0.0", "pull/7/merge") }],
  ["an address behind the right one", { subject: `https://evil.example/${ownWorkflow}` }],
  ["another issuer", { issuer: "https://accounts.example" }],
];

test.each(strangers)("%s is not the repository", async (_who, options) => {
  const bundle = await trusted.bundle(content, options);
  await expect(verify(bundle)).rejects.toMatchObject({
    code: "ATTESTATION_INVALID",
    message: expect.stringContaining("is no workflow of Octo/hello"),
  });
});

test("who is configured may attest, to the letter", async () => {
  const subject = "https://github.com/Octo/builders/.github/workflows/all.yml@refs/heads/main";
  const allowed = { subject, issuer: gitHubIssuer };
  const bundle = await trusted.bundle(content, { subject });
  expect(await verify(bundle, content, [allowed])).toMatchObject({ subject });
  const near = { ...allowed, subject: subject.slice(0, -1) };
  await expect(verify(bundle, content, [near])).rejects.toMatchObject({
    code: "ATTESTATION_INVALID",
  });
});

test("owner and repository are one in any case", async () => {
  const subject = ownWorkflow.replace("Octo/hello", "octo/HELLO");
  expect(await verify(await trusted.bundle(content, { subject }))).toMatchObject({ subject });
});

test("a bundle of another root proves nothing here", async () => {
  const bundle = await (await sigstoreWorld()).bundle(content);
  await expect(verify(bundle)).rejects.toMatchObject({ code: "ATTESTATION_INVALID" });
});

type Change = (bundle: {
  verificationMaterial: Record<string, unknown>;
  [key: string]: unknown;
}) => void;

const tampered: readonly (readonly [string, Change])[] = [
  ["no log entry", ({ verificationMaterial }) => void (verificationMaterial["tlogEntries"] = [])],
  ["no certificate", ({ verificationMaterial }) => void delete verificationMaterial["certificate"]],
  [
    "a hint to a key",
    ({ verificationMaterial }) => {
      delete verificationMaterial["certificate"];
      verificationMaterial["publicKey"] = { hint: "any" };
    },
  ],
  [
    "another signature",
    (bundle) => {
      bundle["messageSignature"] = {
        messageDigest: {
          algorithm: "SHA2_256",
          digest: Buffer.from(hash, "hex").toString("base64"),
        },
        signature: Buffer.from("no signature").toString("base64"),
      };
    },
  ],
  ["no signature", (bundle) => void delete bundle["messageSignature"]],
];

test.each(tampered)("a bundle with %s is refused", async (_what, change) => {
  const bundle = JSON.parse(await trusted.bundle(content));
  change(bundle);
  await expect(verify(JSON.stringify(bundle))).rejects.toMatchObject({
    code: "ATTESTATION_INVALID",
  });
});

test("a log entry of another signature is refused", async () => {
  const bundle = JSON.parse(await trusted.bundle(content));
  const another = JSON.parse(await trusted.bundle(content));
  bundle.verificationMaterial.tlogEntries = another.verificationMaterial.tlogEntries;
  await expect(verify(JSON.stringify(bundle))).rejects.toMatchObject({
    code: "ATTESTATION_INVALID",
  });
});

test.each(["", "{}", "[]", "null", '{"mediaType":"x"}'])("no bundle at all: %j", async (text) => {
  await expect(verify(text)).rejects.toMatchObject({ code: "ATTESTATION_INVALID" });
});

const noCertificate = JSON.stringify({
  certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: "AAAA" }] } }],
});

test("a pinned root that is missing or broken is an error of the configuration", async () => {
  const directory = await temporaryDirectory();
  const file = join(directory, "trusted_root.json");
  await expect(readTrustedRoot(file)).rejects.toMatchObject({ code: "TRUSTED_ROOT_NOT_FOUND" });
  for (const text of [
    "no json",
    "7",
    "{}",
    '{"certificateAuthorities":[{"certChain":7}]}',
    noCertificate,
  ]) {
    await writeFile(file, text);
    await expect(readTrustedRoot(file)).rejects.toMatchObject({ code: "MALFORMED_FILE" });
  }
});
