import { TerminalError, UserError } from "@aomori/protocol";
import type { MinisignKey } from "../integrity/minisign.ts";
import { proveAsset } from "../integrity/prove-asset.ts";
import type { ProofRequest } from "../integrity/prove-asset.ts";
import { requireLevel } from "../integrity/require-level.ts";
import { checkSigner } from "../integrity/signer-book.ts";
import type { SigstorePolicy } from "../integrity/sigstore.ts";
import type { Signer, Trust, TrustLevel } from "../integrity/trust-level.ts";
import type { AssetName, Commit } from "../names/names.ts";
import { lockedAsset } from "../lockfile/compare-lockfile.ts";
import type { LockedAsset, LockedPlugin } from "../lockfile/lockfile.ts";
import type { SourceContext } from "../source/source-context.ts";

/** What must be known of an asset before it may be installed. */
export interface ProofRules {
  readonly minTrust: TrustLevel;
  readonly signersFile: string;
  /** A minisign key id or a sigstore subject that is taken although another was known. */
  readonly acceptSigner?: string | undefined;
  readonly key: MinisignKey | undefined;
  readonly sigstore: SigstorePolicy | undefined;
  /** With `--frozen`: what the assets must be, byte for byte. */
  readonly locked?: { readonly plugin: LockedPlugin; readonly where: string } | undefined;
}

type Download = Omit<ProofRequest, "key" | "sigstore" | "lockfileHash"> & {
  readonly commit: Commit;
};

/** The trust of a downloaded asset; throws what makes it unfit: a wrong hash or signature, another signer, too little known. */
export async function proveDownload(
  context: SourceContext,
  rules: ProofRules,
  download: Download,
): Promise<Trust> {
  const locked = lockedOf(rules, download.asset);
  const { key, sigstore } = rules;
  const trust = await proveAsset(context, {
    ...download,
    key,
    sigstore,
    lockfileHash: locked?.sha256,
  });
  requireLevel(rules.minTrust, trust, download.asset);
  if (locked?.signer !== undefined) requireLockedSigner(locked.signer, trust, download.asset);
  if (!isAccepted(rules.acceptSigner, trust.signer)) {
    const accept = idOf(trust.signer) ?? "SIGNER";
    const command = `aomori plugins install ${download.owner}/${download.repository}@${download.commit} --upgrade --accept-signer ${accept}`;
    await checkSigner(rules.signersFile, download, trust.signer, command);
  }
  return trust;
}

function lockedOf({ locked }: ProofRules, asset: AssetName): LockedAsset | undefined {
  return locked === undefined ? undefined : lockedAsset(locked.plugin, locked.where, asset);
}

function idOf(signer: Signer | undefined): string | undefined {
  return signer?.kind === "minisign" ? signer.key_id : signer?.subject;
}

function isAccepted(accepted: string | undefined, signer: Signer | undefined): boolean {
  if (accepted === undefined) return false;
  const id = idOf(signer);
  if (id?.toLowerCase() === accepted.toLowerCase()) return true;
  throw new UserError(
    "authz",
    "SIGNER_NOT_ACCEPTED",
    `the plugin is signed by ${id ?? "nobody"}, and --accept-signer names ${accepted}; nothing was installed`,
    { details: { found: signer ?? null, accepted } },
  );
}

function requireLockedSigner(locked: Signer, { signer }: Trust, asset: AssetName): void {
  if (idOf(locked) === idOf(signer)) return;
  throw new TerminalError(
    "authz",
    "SIGNER_CHANGED",
    `${asset} is signed by ${idOf(signer) ?? "nobody"}, and the lockfile names ${idOf(locked) ?? "nobody"}; nothing was installed`,
    { details: { known: locked, found: signer ?? null } },
  );
}
