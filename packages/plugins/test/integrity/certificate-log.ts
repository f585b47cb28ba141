import { createHash, sign } from "node:crypto";
import type { KeyPairKeyObjectResult } from "node:crypto";

/** What the authority of @sigstore/mock asks of a log. Its own writes empty signatures with the pkijs that is current. */
export interface CertificateLog {
  readonly publicKey: Buffer;
  readonly logID: Buffer;
  log(certificate: ArrayBuffer, issuerId: ArrayBuffer): Promise<ArrayBuffer>;
}

/** The first element of a certificate's outer sequence: what its issuer signs. Every length in it is written in two bytes. */
function toBeSigned(certificate: Buffer): Buffer {
  if (certificate[1] !== 0x82 || certificate[5] !== 0x82)
    throw new Error("a certificate too small");
  return certificate.subarray(4, 8 + certificate.readUInt16BE(6));
}

function uint(value: number | bigint, sizeBytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(sizeBytes * 2, "0"), "hex");
}

/** A log of certificates (RFC 6962, 3.2): signs that it has seen a certificate, and keeps nothing. */
export function certificateLog(keys: KeyPairKeyObjectResult): CertificateLog {
  const publicKey = keys.publicKey.export({ format: "der", type: "spki" });
  const logID = createHash("sha256").update(publicKey).digest();
  return {
    publicKey,
    logID,
    log: (certificate, issuerId) => {
      const timestamp = uint(Date.now(), 8);
      const precertificate = toBeSigned(Buffer.from(certificate));
      const entry = [
        uint(1, 2),
        Buffer.from(issuerId),
        uint(precertificate.length, 3),
        precertificate,
      ];
      const noExtensions = uint(0, 2);
      const signed = Buffer.concat([uint(0, 1), uint(0, 1), timestamp, ...entry, noExtensions]);
      const signature = sign("sha256", signed, keys.privateKey);
      const sha256WithEcdsa = Buffer.from([4, 3]);
      const seen = Buffer.concat([uint(0, 1), logID, timestamp, noExtensions]);
      const sct = Buffer.concat([seen, sha256WithEcdsa, uint(signature.length, 2), signature]);
      return Promise.resolve(new Uint8Array([...uint(sct.length, 2), ...sct]).buffer);
    },
  };
}
