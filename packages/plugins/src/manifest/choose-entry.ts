import { UserError } from "@aomori/protocol";
import type { AssetName } from "../names/names.ts";
import type { HostPlatform } from "./host-platform.ts";
import type { Manifest, Runtime } from "./manifest.ts";
import type { ManifestNotice } from "./notice.ts";
import { platformKeys } from "./platform.ts";
import type { PlatformKey } from "./platform.ts";

/** What of a release is run on one machine. */
export type ChosenEntry =
  | { readonly kind: "native"; readonly platform: PlatformKey; readonly asset: AssetName }
  | { readonly kind: "script"; readonly runtime: Runtime; readonly asset: AssetName }
  /** Nothing is run: the plugin is a viewer. */
  | { readonly kind: "viewer_only"; readonly asset: AssetName };

export interface EntryChoice {
  readonly entry: ChosenEntry;
  readonly notices: readonly ManifestNotice[];
}

/**
 * Chooses the machine's own binary, then one that the system translates, then the script. Throws UNSUPPORTED_PLATFORM with
 * what there is, for a plugin that has programs and none for this machine.
 */
export function chooseEntry(manifest: Manifest, host: HostPlatform): EntryChoice {
  const own = platformKeyOf(host);
  const native = own === undefined ? undefined : nativeEntry(manifest, own);
  if (native !== undefined) return { entry: native, notices: libcNotices(native, host) };
  const translated = own === undefined ? undefined : translatedEntry(manifest, own, host);
  if (translated !== undefined) return translated;
  if (manifest.run !== undefined) {
    const { runtime, file } = manifest.run;
    return { entry: { kind: "script", runtime, asset: file }, notices: [] };
  }
  const available = platformKeys.filter((key) => manifest.binaries[key] !== undefined);
  if (available.length === 0 && manifest.viewer_zip !== undefined) {
    return { entry: { kind: "viewer_only", asset: manifest.viewer_zip }, notices: [] };
  }
  throw unsupportedPlatform(host, available);
}

const systemNames: Readonly<Record<string, string>> = {
  linux: "linux",
  win32: "windows",
  darwin: "macos",
};
const processorNames: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The key of a machine in the words of Node, or undefined when manifests have none for it. */
export function platformKeyOf(
  host: Pick<HostPlatform, "system" | "processor">,
): PlatformKey | undefined {
  const key = `${systemNames[host.system]}_${processorNames[host.processor]}`;
  return platformKeys.find((platform) => platform === key);
}

type NativeEntry = Extract<ChosenEntry, { kind: "native" }>;

function nativeEntry(manifest: Manifest, platform: PlatformKey): NativeEntry | undefined {
  const asset = manifest.binaries[platform];
  return asset === undefined ? undefined : { kind: "native", platform, asset };
}

/** A manifest has one binary per processor for all of Linux, and only its author knows what it is linked to. */
function libcNotices(
  { platform, asset }: NativeEntry,
  host: HostPlatform,
): readonly ManifestNotice[] {
  if (host.libc !== "musl" || /musl|static/i.test(asset)) return [];
  const message = `${asset} was chosen, but this system has musl: it starts only if it is linked statically or against musl; otherwise install gcompat, or ask its author for a static build`;
  return [{ code: "LIBC_MAY_DIFFER", path: `binaries.${platform}`, message }];
}

function translatedEntry(
  manifest: Manifest,
  own: PlatformKey,
  host: HostPlatform,
): EntryChoice | undefined {
  const foreign = translatable[own];
  const entry = foreign === undefined ? undefined : nativeEntry(manifest, foreign.key);
  if (entry === undefined || foreign === undefined) return undefined;
  if (own === "macos_aarch64" && host.rosetta !== "installed") return undefined;
  const message = `there is no binary for ${own}; ${entry.asset} for ${foreign.key} was chosen, which ${foreign.by} translates at some cost of speed`;
  const path = `binaries.${foreign.key}`;
  return { entry, notices: [{ code: "TRANSLATED_PROGRAM", path, message }] };
}

const translatable: Readonly<
  Partial<Record<PlatformKey, { readonly key: PlatformKey; readonly by: string }>>
> = {
  macos_aarch64: { key: "macos_x86_64", by: "Rosetta" },
  windows_aarch64: { key: "windows_x86_64", by: "Windows" },
};

function unsupportedPlatform(host: HostPlatform, available: readonly PlatformKey[]): UserError {
  const own = platformKeyOf(host);
  const here = own ?? `${host.system} on ${host.processor}`;
  const needsRosetta = own === "macos_aarch64" && available.includes("macos_x86_64");
  const next = needsRosetta
    ? 'install Rosetta with "softwareupdate --install-rosetta" to run the one for macos_x86_64'
    : "ask its author for a build, or run it on one of those";
  const message = `the plugin has no program for ${here}, only for ${available.join(", ")}; ${next}`;
  return new UserError("validation", "UNSUPPORTED_PLATFORM", message, {
    details: { platform: here, available },
  });
}
