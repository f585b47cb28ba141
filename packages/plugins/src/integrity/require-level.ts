import { UserError } from "@aomori/protocol";
import { trustLevels } from "./trust-level.ts";
import type { Trust, TrustLevel } from "./trust-level.ts";

/** The trust of what is least trusted; a plugin is no better than that. */
export function lowestTrust(trusts: readonly [Trust, ...Trust[]]): Trust {
  const rank = ({ level }: Trust) => trustLevels.indexOf(level);
  return trusts.reduce((lowest, trust) => (rank(trust) < rank(lowest) ? trust : lowest));
}

const missing: Readonly<Record<Exclude<TrustLevel, "none">, string>> = {
  checksum:
    "no hash of it was published (in the manifest, SHA256SUMS, checksums.txt or beside it as .sha256)",
  signed: "no signature beside it (.minisig) was made by a known key (minisign.pub)",
  attested: "no sigstore bundle beside it (.sigstore.json) was verified",
};

/** Throws TRUST_TOO_LOW when less is known of an asset than is asked for. */
export function requireLevel(minimum: TrustLevel, { level }: Trust, what: string): void {
  const lacking = trustLevels.slice(trustLevels.indexOf(level) + 1);
  const [next] = lacking;
  if (next === undefined || next === "none" || !lacking.includes(minimum)) return;
  throw new UserError(
    "authz",
    "TRUST_TOO_LOW",
    `${what} has the trust level ${level}, and ${minimum} is asked for: ${missing[next]}; ask its author for it, or ask for a lower level`,
    { details: { level, minimum } },
  );
}
