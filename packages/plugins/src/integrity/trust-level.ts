/** How much is known of where an asset comes from, least first. */
export const trustLevels = ["none", "checksum", "signed", "attested"] as const;

export type TrustLevel = (typeof trustLevels)[number];

/** Who vouches for an asset. */
export type Signer =
  /** A minisign (ed25519) key: its id, 16 hexadecimal digits, and the public key in base64. */
  | { readonly kind: "minisign"; readonly key_id: string; readonly public_key: string }
  /** A sigstore identity: the certificate's subject and the issuer of the token behind it. */
  | { readonly kind: "sigstore"; readonly subject: string; readonly issuer: string };

export interface Trust {
  readonly level: TrustLevel;
  /** Absent below `signed`. */
  readonly signer?: Signer;
  /** Where the hash was taken from, when one was compared. */
  readonly checksum_from?: "manifest" | "checksums_asset" | "lockfile";
}
