import type { Signer } from "../integrity/trust-level.ts";
import { platformKeys } from "../manifest/platform.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type {
  AssetName,
  Commit,
  Owner,
  PluginName,
  Ref,
  Repository,
  Sha256,
  Version,
} from "../names/names.ts";

export const lockfileName = "aomori-plugins.lock";

/** What an asset is for: a platform's binary, the script, the viewer. */
export const lockTargets = [...platformKeys, "script", "viewer"] as const;

export type LockTarget = (typeof lockTargets)[number];

export interface LockedAsset {
  readonly name: AssetName;
  /** In the order of `lockTargets`; one asset may be for several. */
  readonly targets: readonly LockTarget[];
  readonly url: string;
  readonly sha256: Sha256;
  readonly size_bytes: number;
  /** Absent when nobody vouched for it. */
  readonly signer?: Signer;
}

export interface LockedPlugin {
  readonly owner: Owner;
  readonly repository: Repository;
  /** As asked for. */
  readonly ref: Ref;
  readonly commit: Commit;
  readonly version: Version;
  /** For every platform the manifest declares, not only for the one it was locked on. */
  readonly assets: readonly LockedAsset[];
}

/** `aomori-plugins.lock`, in wire names. */
export interface Lockfile {
  readonly schema: 1;
  /** By what the plugin is called here. */
  readonly plugins: ReadonlyMap<PluginName, LockedPlugin>;
}

/** What a manifest has for each target. */
export function targetsOf(manifest: Manifest): ReadonlyMap<LockTarget, AssetName> {
  const targets = new Map<LockTarget, AssetName>();
  for (const target of lockTargets) {
    const asset =
      target === "script"
        ? manifest.run?.file
        : target === "viewer"
          ? manifest.viewer_zip
          : manifest.binaries[target];
    if (asset !== undefined) targets.set(target, asset);
  }
  return targets;
}
