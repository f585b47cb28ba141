import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { KeyPairKeyObjectResult } from "node:crypto";
import { initializeCA, initializeTLog } from "@sigstore/mock";
import { certificateLog } from "./certificate-log.ts";

const issuerOid = "1.3.6.1.4.1.57264.1.8";
export const gitHubIssuer = "https://token.actions.githubusercontent.com";

export interface BundleOptions {
  readonly subject?: string;
  readonly issuer?: string;
  /** Signs an in-toto statement about this hash instead of the file. */
  readonly statementSha256?: string;
}

export interface SigstoreWorld {
  /** `trusted_root.json` of it. */
  readonly trustedRoot: string;
  bundle(content: Uint8Array, options?: BundleOptions): Promise<string>;
}

export const ownWorkflow =
  "https://github.com/Octo/hello/.github/workflows/release.yml@refs/tags/v1.0.0";

function newKeys(): KeyPairKeyObjectResult {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function sha256(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function base64(content: string | Uint8Array): string {
  return Buffer.from(content).toString("base64");
}

/** What is signed over an in-toto statement (DSSE, protocol.md). */
function preAuthEncoding(type: string, payload: string): Buffer {
  return Buffer.from(`DSSEv1 ${type.length} ${type} ${Buffer.byteLength(payload)} ${payload}`);
}

const statementType = "application/vnd.in-toto+json";

interface Signed {
  readonly content: object;
  readonly logEntry: object;
  readonly kind: string;
}

function signFile(content: Uint8Array, keys: KeyPairKeyObjectResult, certificate: Buffer): Signed {
  const signature = base64(sign("sha256", content, keys.privateKey));
  const digest = sha256(content);
  return {
    kind: "hashedrekord",
    content: {
      messageSignature: {
        messageDigest: { algorithm: "SHA2_256", digest: base64(digest) },
        signature,
      },
    },
    logEntry: {
      data: { hash: { algorithm: "sha256", value: digest.toString("hex") } },
      signature: { content: signature, publicKey: { content: base64(pem(certificate)) } },
    },
  };
}

function signStatement(hash: string, keys: KeyPairKeyObjectResult, certificate: Buffer): Signed {
  const payload = JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "hello.bin", digest: { sha256: hash } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {},
  });
  const sig = base64(sign("sha256", preAuthEncoding(statementType, payload), keys.privateKey));
  return {
    kind: "dsse",
    content: {
      dsseEnvelope: {
        payload: base64(payload),
        payloadType: statementType,
        signatures: [{ sig, keyid: "" }],
      },
    },
    logEntry: {
      envelopeHash: { algorithm: "sha256", value: "0".repeat(64) },
      payloadHash: { algorithm: "sha256", value: sha256(Buffer.from(payload)).toString("hex") },
      signatures: [{ signature: sig, verifier: base64(pem(certificate)) }],
    },
  };
}

/** A certificate authority, a log of certificates and a log of signatures, made for one test, and the root that trusts them. */
export async function sigstoreWorld(): Promise<SigstoreWorld> {
  const [caKeys, logKeys, certificateLogKeys] = [newKeys(), newKeys(), newKeys()];
  const ctLog = certificateLog(certificateLogKeys);
  const authority = await initializeCA(caKeys, ctLog);
  const log = await initializeTLog("https://rekor.test", logKeys);
  const validFor = { start: "2020-01-01T00:00:00Z" };
  const key = (rawBytes: Buffer) => ({
    rawBytes: base64(rawBytes),
    keyDetails: "PKIX_ECDSA_P256_SHA_256",
    validFor,
  });
  const trustedRoot = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [
      {
        baseUrl: "https://rekor.test",
        hashAlgorithm: "SHA2_256",
        publicKey: key(log.publicKey),
        logId: { keyId: base64(sha256(log.publicKey)) },
      },
    ],
    certificateAuthorities: [
      {
        subject: { organization: "sigstore.mock", commonName: "sigstore" },
        uri: "https://fulcio.test",
        certChain: { certificates: [{ rawBytes: base64(authority.rootCertificate) }] },
        validFor,
      },
    ],
    ctlogs: [
      {
        baseUrl: "https://ctfe.test",
        hashAlgorithm: "SHA2_256",
        publicKey: key(ctLog.publicKey),
        logId: { keyId: base64(ctLog.logID) },
      },
    ],
    timestampAuthorities: [],
  });
  return {
    trustedRoot,
    bundle: async (
      content,
      { subject = ownWorkflow, issuer = gitHubIssuer, statementSha256 } = {},
    ) => {
      const keys = newKeys();
      const certificate = await authority.issueCertificate({
        publicKey: keys.publicKey.export({ format: "der", type: "spki" }),
        subjectAltName: subject,
        extensions: [{ oid: issuerOid, value: issuer }],
      });
      const signed =
        statementSha256 === undefined
          ? signFile(content, keys, certificate)
          : signStatement(statementSha256, keys, certificate);
      const kindVersion = { kind: signed.kind, version: "0.0.1" };
      const logged = await log.log({
        apiVersion: kindVersion.version,
        kind: kindVersion.kind,
        spec: signed.logEntry,
      });
      const [entry] = Object.values(logged);
      return JSON.stringify({
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        verificationMaterial: {
          certificate: { rawBytes: base64(certificate) },
          tlogEntries: [tlogEntry(entry as LoggedEntry, kindVersion)],
        },
        ...signed.content,
      });
    },
  };
}

interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly checkpoint: string;
      readonly rootHash: string;
    };
  };
}

function tlogEntry(entry: LoggedEntry, kindVersion: object): object {
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: base64(Buffer.from(entry.logID, "hex")) },
    kindVersion,
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: base64(Buffer.from(proof.rootHash, "hex")),
      treeSize: String(proof.treeSize),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}
