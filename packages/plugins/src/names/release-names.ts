import { fileNameProblem, parseName } from "./name-rule.ts";
import type { NameRule } from "./name-rule.ts";
import type { AssetName, Sha256, Version } from "./names.ts";
import { refProblem } from "./refs.ts";

export const versionRule: NameRule<Version> = {
  noun: "a version",
  code: "INVALID_VERSION",
  maxLength: 64,
  pattern: /^[A-Za-z0-9][A-Za-z0-9._+-]*$/,
  shape:
    "letters, digits, dots, underscores, plus signs and hyphens, and begins with a letter or digit",
  next: 'write it as in "1.4.0"; its release has the tag v1.4.0',
  refusal: versionProblem,
};

export const assetNameRule: NameRule<AssetName> = {
  noun: "the file name of a release's asset",
  code: "INVALID_ASSET_NAME",
  maxLength: 200,
  pattern: /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/,
  shape:
    "letters, digits, dots, underscores, plus signs and hyphens, and begins with a letter, a digit or an underscore",
  next: "give the name alone, as the release's page shows it",
  refusal: fileNameProblem,
};

export const sha256Rule: NameRule<Sha256> = {
  noun: "a SHA-256 hash",
  code: "INVALID_SHA256",
  maxLength: 64,
  pattern: /^[0-9a-fA-F]{64}$/,
  shape: "64 hexadecimal digits",
  next: 'give the hash as "sha256sum" prints it',
  canonical: (text) => text.toLowerCase(),
};

/** Throws INVALID_VERSION. */
export function parseVersion(text: string): Version {
  return parseName(versionRule, text);
}

/** Throws INVALID_ASSET_NAME. */
export function parseAssetName(text: string): AssetName {
  return parseName(assetNameRule, text);
}

/** Throws INVALID_SHA256; upper-case digits come back in lower case. */
export function parseSha256(text: string): Sha256 {
  return parseName(sha256Rule, text);
}

function versionProblem(text: string): string | undefined {
  if (/^v\d/i.test(text)) return "it begins with the v of its tag, which would stand there twice";
  return fileNameProblem(text) ?? refProblem(`v${text}`);
}
