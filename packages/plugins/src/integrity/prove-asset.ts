import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ioError } from "@aomori/system";
import type { AssetName, Commit, Sha256 } from "../names/names.ts";
import { downloadOptionalAsset } from "../source/download-asset.ts";
import { fetchRepositoryFile } from "../source/fetch-manifest.ts";
import type { Release } from "../source/release.ts";
import type { SourceContext } from "../source/source-context.ts";
import type { RepositoryPlace } from "../source/source-url.ts";
import { hashesFor } from "./checksums-file.ts";
import { agreedHash, checkHash } from "./expected-hash.ts";
import type { HashSource } from "./expected-hash.ts";
import { parseMinisignKey, verifyMinisign } from "./minisign.ts";
import type { MinisignKey } from "./minisign.ts";
import { verifySigstore } from "./sigstore.ts";
import type { SigstorePolicy } from "./sigstore.ts";
import type { Signer, Trust } from "./trust-level.ts";

export interface ProofRequest extends RepositoryPlace {
  readonly tag: string;
  readonly asset: AssetName;
  /** As `releaseOf` found it; without it every proof is asked for. */
  readonly release?: Release | undefined;
  /** The asset as it was downloaded. */
  readonly file: string;
  readonly sha256: Sha256;
  /** For proofs while they are read; nothing is left there. */
  readonly stagingDirectory: string;
  readonly lockfileHash?: Sha256 | undefined;
  readonly manifestHash?: Sha256 | undefined;
  /** Of the repository at the commit, or of who signed before. Without one a signature is not looked for. */
  readonly key?: MinisignKey | undefined;
  /** Without one a bundle is not looked for. */
  readonly sigstore?: SigstorePolicy | undefined;
}

const minisignKeyFile = "minisign.pub";

/** The key of the repository at a commit, else of who signed before, else none. */
export async function minisignKeyOf(
  context: SourceContext,
  place: RepositoryPlace,
  commit: Commit,
  known: Signer | undefined,
): Promise<MinisignKey | undefined> {
  const text = await fetchRepositoryFile(context, place, commit, minisignKeyFile);
  if (text !== undefined) {
    return parseMinisignKey(text, `${minisignKeyFile} of ${place.owner}/${place.repository}`);
  }
  if (known?.kind !== "minisign") return undefined;
  return parseMinisignKey(known.public_key, "the remembered signer");
}

/**
 * What can be known of an asset. Hashes are compared first (lockfile, manifest, published lists); a signature or a bundle that is there is
 * verified, and one that is wrong is an error whatever level is asked for.
 */
export async function proveAsset(context: SourceContext, request: ProofRequest): Promise<Trust> {
  const expected = agreedHash(request.asset, await hashSources(context, request));
  if (expected !== undefined) checkHash(request.asset, expected, request.sha256);
  const checksum = expected === undefined ? {} : { checksum_from: expected.from };
  const minisign = await minisignSigner(context, request);
  const sigstore = await sigstoreSigner(context, request);
  if (sigstore !== undefined) return { level: "attested", signer: sigstore, ...checksum };
  if (minisign !== undefined) return { level: "signed", signer: minisign, ...checksum };
  return { level: expected === undefined ? "none" : "checksum", ...checksum };
}

async function hashSources(
  context: SourceContext,
  request: ProofRequest,
): Promise<readonly HashSource[]> {
  const { asset, lockfileHash, manifestHash } = request;
  const sources: HashSource[] = [];
  if (lockfileHash !== undefined) {
    sources.push({ from: "lockfile", where: "the lockfile", sha256: lockfileHash });
  }
  if (manifestHash !== undefined) {
    sources.push({ from: "manifest", where: "the manifest", sha256: manifestHash });
  }
  for (const where of ["SHA256SUMS", "checksums.txt", `${asset}.sha256`]) {
    const text = await fetchProof(context, request, where);
    const hashes = text === undefined ? [] : hashesFor(text, asset, where);
    for (const sha256 of hashes) sources.push({ from: "checksums_asset", where, sha256 });
  }
  return sources;
}

async function minisignSigner(
  context: SourceContext,
  request: ProofRequest,
): Promise<Signer | undefined> {
  const { key, asset, file } = request;
  if (key === undefined) return undefined;
  const where = `${asset}.minisig`;
  const text = await fetchProof(context, request, where);
  if (text === undefined) return undefined;
  await verifyMinisign(file, text, key, where);
  return key.signer;
}

async function sigstoreSigner(
  context: SourceContext,
  request: ProofRequest,
): Promise<Signer | undefined> {
  const { sigstore, asset } = request;
  if (sigstore === undefined) return undefined;
  for (const where of [`${asset}.sigstore.json`, `${asset}.sigstore`]) {
    const text = await fetchProof(context, request, where);
    if (text !== undefined) return await verifySigstore(text, { ...request, where }, sigstore);
  }
  return undefined;
}

/** A name made of an asset's name and an ending of letters and dots is an asset's name again. */
function isProofName(name: string): name is AssetName {
  return /^[A-Za-z0-9._+-]+$/.test(name);
}

async function fetchProof(
  context: SourceContext,
  { owner, repository, tag, release, stagingDirectory }: ProofRequest,
  name: string,
): Promise<string | undefined> {
  if (!isProofName(name)) return undefined;
  const file = join(stagingDirectory, `.proof-${randomUUID()}`);
  const wanted = { owner, repository, tag, release, asset: name, role: "proof", file } as const;
  if ((await downloadOptionalAsset(context, wanted)) === undefined) return undefined;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw ioError(error, `cannot read ${file}`);
  } finally {
    await rm(file, { force: true });
  }
}
