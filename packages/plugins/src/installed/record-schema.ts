import * as z from "zod";
import { named } from "../json/fields.ts";
import { trustLevels } from "../integrity/trust-level.ts";
import { routeMethods, runtimes } from "../manifest/manifest.ts";
import { platformKeys } from "../manifest/platform.ts";
import { isInnerPath } from "../names/inner-path.ts";
import { commitRule, refRule } from "../names/refs.ts";
import { assetNameRule, sha256Rule, versionRule } from "../names/release-names.ts";
import { ownerRule, pluginNameRule, repositoryRule } from "../names/repository-names.ts";
import type { PluginRecord } from "./plugin-record.ts";

export const pluginName = named(pluginNameRule);
const assetName = named(assetNameRule);
const sha256 = named(sha256Rule);

const innerPath = z.string().refine(isInnerPath, "is not a relative path without ..");

const signer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("minisign"), key_id: z.string(), public_key: z.string() }),
  z.object({ kind: z.literal("sigstore"), subject: z.string(), issuer: z.string() }),
]);

const trust = z.object({
  level: z.enum(trustLevels),
  signer: z.exactOptional(signer),
  checksum_from: z.exactOptional(z.enum(["manifest", "checksums_asset", "lockfile"])),
});

const asset = z.object({
  role: z.enum(["binary", "script", "viewer"]),
  name: assetName,
  url: z.string(),
  sha256,
  size_bytes: z.int().nonnegative(),
  trust,
});

const file = z.object({
  path: innerPath,
  sha256,
  size_bytes: z.int().nonnegative(),
  mode: z.string().regex(/^[0-7]{3}$/),
});

const origin = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("github"),
    owner: named(ownerRule),
    repository: named(repositoryRule),
    ref: named(refRule),
    commit: named(commitRule),
  }),
  z.object({ kind: z.literal("link"), directory: z.string().startsWith("/") }),
]);

const entry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("native"), file: innerPath, platform: z.enum(platformKeys) }),
  z.object({ kind: z.literal("script"), file: innerPath, runtime: z.enum(runtimes) }),
]);

const route = z.object({
  path: z.string().startsWith("/"),
  method: z.enum(routeMethods),
  type: z.string(),
});

/** `record.json` as it is read back. Fields that a later program adds are left out of account; its schema number is not. */
export const recordSchema = z.object({
  name: pluginName,
  schema: z.literal(1),
  version: named(versionRule),
  description: z.string(),
  author: z.exactOptional(z.string()),
  homepage: z.exactOptional(z.string()),
  license: z.exactOptional(z.string()),
  protocol: z.union([z.literal(1), z.literal(2)]),
  binaries: z.partialRecord(z.enum(platformKeys), assetName),
  run: z.exactOptional(z.object({ runtime: z.enum(runtimes), file: assetName })),
  viewer_zip: z.exactOptional(assetName),
  viewer_routes: z.array(route),
  commands: z.exactOptional(z.array(z.string())),
  secrets: z.array(z.string()),
  hosts: z.array(z.string()),
  sha256: z.record(z.string(), sha256),
  source: z.string(),
  origin,
  assets: z.array(asset),
  files: z.exactOptional(z.array(file)),
  entry: z.exactOptional(entry),
  has_viewer: z.boolean(),
  trust,
  untrusted: z.boolean(),
  installed_at: z.iso.datetime(),
  installed_by: z.string(),
}) satisfies z.ZodType<PluginRecord>;

export function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? "it is invalid" : `${issue.path.join(".")}: ${issue.message}`;
}
