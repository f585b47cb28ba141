import { didYouMean } from "@aomori/protocol";
import { isRecord } from "@aomori/system";
import type { FieldProblem } from "../json/schema-problems.ts";
import { fieldPath } from "../json/strict-json.ts";
import type { ManifestNotice } from "./notice.ts";

/** Platforms as manifests name them. */
export const platformKeys = [
  "linux_x86_64",
  "linux_aarch64",
  "windows_x86_64",
  "windows_aarch64",
  "macos_x86_64",
  "macos_aarch64",
] as const;

export type PlatformKey = (typeof platformKeys)[number];

export const systems = ["linux", "windows", "macos"] as const;

export type System = (typeof systems)[number];

export function systemOf(platform: PlatformKey): System {
  const system = systems.find((each) => platform.startsWith(`${each}_`));
  if (system === undefined) throw new TypeError(`${platform} is of no system`);
  return system;
}

export interface CanonicalPlatforms {
  /** `binaries` under its canonical keys; empty when there is nothing to say in its place. */
  readonly fields: { readonly binaries?: Readonly<Record<string, unknown>> };
  readonly notices: readonly ManifestNotice[];
  readonly problems: readonly FieldProblem[];
}

/** Accepts the hyphens of the oldest manifests, and says of every other key that nobody reads it. */
export function canonicalPlatforms(binaries: unknown): CanonicalPlatforms {
  if (!isRecord(binaries)) return { fields: {}, notices: [], problems: [] };
  const canonical: Record<string, unknown> = {};
  const notices: ManifestNotice[] = [];
  const problems: FieldProblem[] = [];
  for (const [key, asset] of Object.entries(binaries)) {
    const known = platformKeys.find((platform) => platform === key.replaceAll("-", "_"));
    const path = fieldPath(["binaries", key]);
    if (known === undefined) {
      notices.push(unknownPlatform(key, path));
    } else if (known !== key && Object.hasOwn(binaries, known)) {
      problems.push({ path, message: `it says the same platform as ${known}` });
    } else {
      canonical[known] = asset;
      if (known !== key) {
        const message = `${path} is read as ${known}, as its name is written now`;
        notices.push({ code: "SPELLING_VARIANT", path, message });
      }
    }
  }
  return { fields: { binaries: canonical }, notices, problems };
}

const otherWords: Readonly<Record<string, string>> = {
  darwin: "macos",
  osx: "macos",
  win32: "windows",
  win: "windows",
  amd64: "x86_64",
  x64: "x86_64",
  arm64: "aarch64",
};

function unknownPlatform(key: string, path: string): ManifestNotice {
  const [system = "", ...processor] = key.toLowerCase().replaceAll("-", "_").split("_");
  const translated = [system, processor.join("_")].map((word) => otherWords[word] ?? word);
  const hint = didYouMean(translated.join("_"), platformKeys);
  const message = `${path} is no platform and was passed over.${hint} Platforms: ${platformKeys.join(", ")}`;
  return { code: "UNKNOWN_FIELD", path, message };
}
