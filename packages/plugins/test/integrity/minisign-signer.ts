import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface TestSigner {
  /** As minisign writes `minisign.pub`. */
  readonly publicKeyFile: string;
  readonly publicKey: string;
  sign(content: Uint8Array, options?: { legacy?: boolean; comment?: string }): string;
}

/** Signs as minisign does, from its documented format; that Debian's minisign accepts it is a test of its own. */
export function minisignSigner(): TestSigner {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const id = randomBytes(8);
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const encoded = Buffer.concat([Buffer.from("Ed"), id, raw]).toString("base64");
  return {
    publicKey: encoded,
    publicKeyFile: `untrusted comment: minisign public key\n${encoded}\n`,
    sign: (content, { legacy = false, comment = "timestamp:1\tfile:hello.bin" } = {}) => {
      const message = legacy ? content : createHash("blake2b512").update(content).digest();
      const signature = sign(null, message, privateKey);
      const algorithm = Buffer.from(legacy ? "Ed" : "ED");
      const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
      const line = Buffer.concat([algorithm, id, signature]).toString("base64");
      return `untrusted comment: signature\n${line}\ntrusted comment: ${comment}\n${global.toString("base64")}\n`;
    },
  };
}
