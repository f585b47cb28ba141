import { createVerify } from "node:crypto";
import { createReadStream } from "node:fs";
import { TerminalError, UserError } from "@aomori/protocol";
import { ioError, isRecord, malformedFile, readJsonFile } from "@aomori/system";
import { bundleFromJSON } from "@sigstore/bundle";
import type { Bundle } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";
import type { SignedEntity, TrustMaterial } from "@sigstore/verify";
import type { Sha256 } from "../names/names.ts";
import type { RepositoryPlace } from "../source/source-url.ts";
import type { Signer } from "./trust-level.ts";
import { isOwnWorkflow } from "./workflow-identity.ts";
import type { SigstoreIdentity } from "./workflow-identity.ts";

export interface SigstorePolicy {
  /** The pinned root, from `readTrustedRoot`. */
  readonly trustMaterial: TrustMaterial;
  /** Who may attest besides the workflows of the repository itself. */
  readonly identities?: readonly SigstoreIdentity[];
}

/** The root of trust a user pinned: a file in sigstore's JSON form (`trusted_root.json`). */
export async function readTrustedRoot(file: string): Promise<TrustMaterial> {
  const json = await readJsonFile(file);
  if (json === undefined) {
    throw new UserError(
      "config",
      "TRUSTED_ROOT_NOT_FOUND",
      `the pinned sigstore root ${file} is not there; correct its path in the configuration`,
    );
  }
  const root = parsedRoot(json, file);
  if (root.certificateAuthorities.some(({ certChain }) => certChain.length > 0)) return root;
  throw malformedFile(file, "it trusts no certificate authority");
}

function parsedRoot(json: unknown, file: string): TrustMaterial {
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(json));
  } catch (error) {
    throw malformedFile(file, "it is no trusted root of sigstore", error);
  }
}

export interface AttestedFile extends RepositoryPlace {
  readonly file: string;
  readonly sha256: Sha256;
  /** For messages. */
  readonly where: string;
}

/**
 * Verifies a file against a sigstore bundle without asking anyone: certificate, transparency log and timestamps against the pinned root, the
 * signature or the attestation's digest against the file, the signer against the policy. Returns the signer.
 */
export async function verifySigstore(
  bundleText: string,
  subject: AttestedFile,
  policy: SigstorePolicy,
): Promise<Signer> {
  const bundle = parsedBundle(bundleText, subject.where);
  const entity = await signedEntity(bundle, subject);
  const identity = verifiedIdentity(entity, policy.trustMaterial, subject.where);
  const configured = policy.identities?.some(
    (allowed) => allowed.subject === identity.subject && allowed.issuer === identity.issuer,
  );
  if (configured !== true && !isOwnWorkflow(subject, identity)) {
    throw invalid(
      subject.where,
      `it was made by ${identity.subject} (${identity.issuer}), which is no workflow of ${subject.owner}/${subject.repository}`,
    );
  }
  return { kind: "sigstore", ...identity };
}

function invalid(where: string, why: string, cause?: unknown): TerminalError {
  return new TerminalError(
    "authz",
    "ATTESTATION_INVALID",
    `the sigstore bundle ${where} is refused: ${why}; nothing was installed`,
    { cause, details: { bundle: where } },
  );
}

function parsedBundle(text: string, where: string): Bundle {
  try {
    return bundleFromJSON(JSON.parse(text));
  } catch (error) {
    throw invalid(where, "it is not in sigstore's format", error);
  }
}

/** What is signed, bound to this very file. */
async function signedEntity(bundle: Bundle, subject: AttestedFile): Promise<SignedEntity> {
  const { content } = bundle;
  if (content.$case === "dsseEnvelope") {
    const { payload, payloadType } = content.dsseEnvelope;
    checkStatement(payloadType, payload, subject);
    return entityOf(bundle, subject.where);
  }
  const { signature } = content.messageSignature;
  const verifier = createVerify("sha256");
  try {
    for await (const chunk of createReadStream(subject.file)) verifier.update(chunk);
  } catch (error) {
    throw ioError(error, `cannot read ${subject.file}`);
  }
  const digest = Buffer.from(subject.sha256, "hex");
  return {
    ...entityOf(bundle, subject.where),
    signature: {
      signature,
      compareSignature: (other) => signature.equals(other),
      compareDigest: (other) => digest.equals(other),
      verifySignature: (key) => verifier.verify(key, signature),
    },
  };
}

function entityOf(bundle: Bundle, where: string): SignedEntity {
  try {
    return toSignedEntity(bundle);
  } catch (error) {
    throw invalid(where, "its certificate cannot be read", error);
  }
}

/** An in-toto statement names what it attests by digest; one of another file is worth nothing here. */
function checkStatement(
  payloadType: string,
  payload: Buffer,
  { sha256, where }: AttestedFile,
): void {
  const statement =
    payloadType === "application/vnd.in-toto+json" ? jsonOf(payload, where) : undefined;
  const subjects: unknown = isRecord(statement) ? statement["subject"] : undefined;
  const names = (one: unknown) =>
    isRecord(one) && isRecord(one["digest"]) && one["digest"]["sha256"] === sha256;
  if (Array.isArray(subjects) && subjects.some(names)) return;
  throw invalid(where, `it does not attest a file with the hash ${sha256}`);
}

function jsonOf(payload: Buffer, where: string): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch (error) {
    throw invalid(where, "its statement is no JSON", error);
  }
}

/** A root without logs (GitHub's own, for private repositories) vouches by timestamps alone. */
function verifiedIdentity(
  entity: SignedEntity,
  trust: TrustMaterial,
  where: string,
): SigstoreIdentity {
  const verifier = new Verifier(trust, {
    tlogThreshold: Math.min(1, trust.tlogs.length),
    ctlogThreshold: Math.min(1, trust.ctlogs.length),
  });
  try {
    const { identity } = verifier.verify(entity);
    const subject = identity?.subjectAlternativeName;
    const issuer = identity?.extensions?.issuer;
    if (subject !== undefined && issuer !== undefined) return { subject, issuer };
  } catch (error) {
    // The bundle is from outside, and each of its parsers throws in a way of its own: all of it means that it proves nothing.
    throw invalid(where, error instanceof Error ? error.message : String(error), error);
  }
  throw invalid(where, "its certificate names no subject or no issuer");
}
