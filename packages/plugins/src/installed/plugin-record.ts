import type { Trust } from "../integrity/trust-level.ts";
import type { Manifest, Runtime } from "../manifest/manifest.ts";
import type { PlatformKey } from "../manifest/platform.ts";
import type {
  AssetName,
  Commit,
  Owner,
  PluginName,
  Ref,
  Repository,
  Sha256,
} from "../names/names.ts";

export interface InstalledAsset {
  readonly role: "binary" | "script" | "viewer";
  readonly name: AssetName;
  readonly url: string;
  readonly sha256: Sha256;
  readonly size_bytes: number;
  readonly trust: Trust;
}

/** One file of a version's folder, as it was when the version was installed. */
export interface InstalledFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly size_bytes: number;
  /** Permission bits in octal, `755` or `644`. */
  readonly mode: string;
}

/** How the plugin is started; a plugin that is only looked at has none. */
export type PluginEntry =
  | { readonly kind: "native"; readonly file: string; readonly platform: PlatformKey }
  | { readonly kind: "script"; readonly file: string; readonly runtime: Runtime };

/** Where an installed plugin came from. */
export type PluginOrigin =
  | {
      readonly kind: "github";
      readonly owner: Owner;
      readonly repository: Repository;
      /** As asked for. */
      readonly ref: Ref;
      /** What `ref` was at the time. */
      readonly commit: Commit;
    }
  /** A folder of the developer's, run where it lies. */
  | { readonly kind: "link"; readonly directory: string };

/**
 * One installed version, in wire names: `record.json` of its folder, and the seed's `NAME.json` through a link. The name comes first, then
 * the manifest's fields, then what the installation adds.
 */
export interface PluginRecord extends Manifest {
  readonly name: PluginName;
  /** URL of the manifest that was read, with the commit; a path for a linked plugin. */
  readonly source: string;
  readonly origin: PluginOrigin;
  readonly assets: readonly InstalledAsset[];
  /** Every file of the version's folder but the record, by path; none for a linked plugin. Absent in a record that was not made by an installation. */
  readonly files?: readonly InstalledFile[];
  /** Paths are below the version's folder; for a linked plugin below its directory. */
  readonly entry?: PluginEntry;
  readonly has_viewer: boolean;
  /** The lowest level among the assets; `none` for a linked plugin. */
  readonly trust: Trust;
  /** Installed against the policy, by `--allow-untrusted`. */
  readonly untrusted: boolean;
  /** ISO-8601 UTC. */
  readonly installed_at: string;
  /** Version of the installer. */
  readonly installed_by: string;
}
