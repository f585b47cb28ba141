import { UserError } from "@aomori/protocol";
import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, sign, verify } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import type {
  EntrySignature,
  LintReportDigest,
  RegistryEntry,
  ReportBody,
  UnsignedEntry,
} from "./entry.ts";

/** `sha256:` and hex, of the canonical JSON of a report. */
function digestOf(report: ReportBody): string {
  return `sha256:${createHash("sha256").update(canonicalJson(report)).digest("hex")}`;
}

/** A report with its digest. */
export function digested(report: ReportBody): LintReportDigest {
  return { ...report, digest: digestOf(report) };
}

/** Whether the digest an entry names is that of the report beside it, and its counts those of its verdicts. */
export function isDigestTrue({ digest, ...report }: LintReportDigest): boolean {
  const verdicts = Object.values(report.verdicts);
  const isCounted = (["passed", "failed", "not_verified"] as const).every(
    (verdict) => verdicts.filter((each) => each === verdict).length === report.counts[verdict],
  );
  return isCounted && digestOf(report) === digest;
}

/** The id of a public key: of the 32 bytes, base64url. */
export function keyIdOf(publicKey: string): string {
  const hash = createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex");
  return `ed25519-${hash.slice(0, 32)}`;
}

/** Signs an entry with an ed25519 key; the key's public half and id are signed with it. */
export function signEntry(entry: UnsignedEntry, privateKey: KeyObject): RegistryEntry {
  const publicKey = createPublicKey(privateKey).export({ format: "jwk" }).x;
  if (publicKey === undefined) throw new TypeError("the signing key is not an ed25519 key");
  const signature = {
    algorithm: "ed25519",
    key_id: keyIdOf(publicKey),
    public_key: publicKey,
  } as const;
  const value = sign(null, signedBytes(entry, signature), privateKey).toString("base64url");
  return { ...entry, signature: { ...signature, value } };
}

/**
 * Whether the holder of the key an entry carries signed exactly this entry. It says nothing about who that is,
 * and nothing about the tool.
 */
export function isSignatureTrue({ signature, ...entry }: RegistryEntry): boolean {
  const { value, ...rest } = signature;
  if (keyIdOf(signature.public_key) !== signature.key_id) return false;
  const bytes = signedBytes(entry, rest);
  return verify(null, bytes, publicKeyOf(signature), Buffer.from(value, "base64url"));
}

function publicKeyOf({ public_key, key_id }: EntrySignature): KeyObject {
  try {
    return createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: public_key },
      format: "jwk",
    });
  } catch (error) {
    throw new UserError("validation", "KEY_INVALID", `${key_id} is not an ed25519 public key`, {
      cause: error,
    });
  }
}

function signedBytes(entry: UnsignedEntry, signature: Omit<EntrySignature, "value">): Buffer {
  return Buffer.from(canonicalJson({ ...entry, signature }), "utf8");
}
