import { createHash, createPublicKey, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { TerminalError, UserError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import type { Signer } from "./trust-level.ts";

type MinisignSigner = Extract<Signer, { readonly kind: "minisign" }>;

export interface MinisignKey {
  readonly signer: MinisignSigner;
  /** 32 bytes of ed25519. */
  readonly publicKey: Uint8Array;
}

interface MinisignSignature {
  /** `ED`: of the file's BLAKE2b-512; `Ed`, the older form: of the file itself. */
  readonly algorithm: "Ed" | "ED";
  readonly keyId: string;
  readonly signature: Buffer;
  readonly trustedComment: string;
  readonly globalSignature: Buffer;
}

const keyBytes = 2 + 8 + 32;
const signatureBytes = 2 + 8 + 64;
/** The older form cannot be verified without the whole file in memory. */
const maxLegacyBytes = 256 * 1024 * 1024;

function decode(text: string | undefined, sizeBytes: number): Buffer | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === sizeBytes ? bytes : undefined;
}

/** The eight bytes as a little-endian number, as minisign shows it, but with leading zeros. */
function keyIdOf(bytes: Buffer): string {
  return bytes.readBigUInt64LE(2).toString(16).toUpperCase().padStart(16, "0");
}

/** A public key: the file minisign writes, or its last line alone. */
export function parseMinisignKey(text: string, where: string): MinisignKey {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const encoded = lines.at(-1);
  const bytes = decode(encoded, keyBytes);
  const sound = lines.length <= 2 && bytes?.toString("latin1", 0, 2) === "Ed";
  if (!sound || encoded === undefined) {
    throw new UserError(
      "validation",
      "PUBLIC_KEY_INVALID",
      `${where} holds no minisign public key; write it with "minisign -G"`,
    );
  }
  const signer = { kind: "minisign", key_id: keyIdOf(bytes), public_key: encoded } as const;
  return { signer, publicKey: bytes.subarray(10) };
}

function parseSignature(text: string, where: string): MinisignSignature {
  const [untrusted, encoded, trusted, encodedGlobal, ...rest] = text.split(/\r?\n/);
  const bytes = decode(encoded, signatureBytes);
  const globalSignature = decode(encodedGlobal, 64);
  const algorithm = bytes?.toString("latin1", 0, 2);
  const trustedComment = /^trusted comment: (.*)$/.exec(trusted ?? "")?.[1];
  if (
    untrusted?.startsWith("untrusted comment: ") !== true ||
    bytes === undefined ||
    globalSignature === undefined ||
    (algorithm !== "Ed" && algorithm !== "ED") ||
    trustedComment === undefined ||
    rest.some((line) => line !== "")
  ) {
    throw invalid(where, "it is not in minisign's format");
  }
  return {
    algorithm,
    keyId: keyIdOf(bytes),
    signature: bytes.subarray(10),
    trustedComment,
    globalSignature,
  };
}

function invalid(
  where: string,
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): TerminalError {
  return new TerminalError(
    "authz",
    "SIGNATURE_INVALID",
    `the signature ${where} is refused: ${why}; nothing was installed`,
    { details: { signature: where, ...details } },
  );
}

async function signedMessage(algorithm: "Ed" | "ED", file: string, where: string): Promise<Buffer> {
  try {
    if (algorithm === "Ed") {
      if ((await stat(file)).size > maxLegacyBytes) {
        throw invalid(
          where,
          `the older form is for files up to ${maxLegacyBytes} bytes; sign it anew`,
        );
      }
      return await readFile(file);
    }
    const hash = createHash("blake2b512");
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    return hash.digest();
  } catch (error) {
    throw ioError(error, `cannot read ${file}`);
  }
}

/**
 * Verifies a file against the text of its `.minisig`, in both forms minisign writes, and the signature over the trusted comment.
 * Returns that comment; throws SIGNATURE_INVALID.
 */
export async function verifyMinisign(
  file: string,
  signatureText: string,
  key: MinisignKey,
  where: string,
): Promise<string> {
  const parsed = parseSignature(signatureText, where);
  const { key_id: wanted } = key.signer;
  if (parsed.keyId !== wanted) {
    throw invalid(where, `it was made by the key ${parsed.keyId}, not by ${wanted}`, {
      key_id: parsed.keyId,
      expected_key_id: wanted,
    });
  }
  const x = Buffer.from(key.publicKey).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const message = await signedMessage(parsed.algorithm, file, where);
  if (!verify(null, message, publicKey, parsed.signature)) {
    throw invalid(where, `the file is not what the key ${wanted} signed`);
  }
  const commented = Buffer.concat([parsed.signature, Buffer.from(parsed.trustedComment)]);
  if (!verify(null, commented, publicKey, parsed.globalSignature)) {
    throw invalid(where, `its trusted comment is not what the key ${wanted} signed`);
  }
  return parsed.trustedComment;
}
