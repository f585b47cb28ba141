import * as z from "zod";
import { named, unparsedName } from "../json/fields.ts";
import { parseName } from "../names/name-rule.ts";
import { commitRule, refRule } from "../names/refs.ts";
import { assetNameRule, sha256Rule, versionRule } from "../names/release-names.ts";
import { ownerRule, pluginNameRule, repositoryRule } from "../names/repository-names.ts";
import type { PluginName } from "../names/names.ts";
import { lockTargets } from "./lockfile.ts";
import type { LockedPlugin } from "./lockfile.ts";

/** Strict in every object: a field that is not understood may be one that another version relies on. */
export function lockfileSchema() {
  const plugins = z
    .record(unparsedName(pluginNameRule), lockedPlugin())
    .transform((entries, context) => pluginsByName(entries, context));
  return z.strictObject({ schema: z.literal(1), plugins });
}

function lockedPlugin() {
  return z.strictObject({
    owner: named(ownerRule),
    repository: named(repositoryRule),
    ref: named(refRule),
    commit: named(commitRule),
    version: named(versionRule),
    assets: z.array(lockedAsset()).min(1, "it is empty").max(64, "it has more than 64 items"),
  });
}

function lockedAsset() {
  return z.strictObject({
    name: named(assetNameRule),
    targets: z.array(z.enum(lockTargets)).min(1, "it is empty"),
    url: z.string().max(2000).refine(isFetched, "it is no address that files are fetched from"),
    sha256: named(sha256Rule),
    size_bytes: z.int().min(0, "it is negative"),
    signer: signer().exactOptional(),
  });
}

function signer() {
  const text = z.string().min(1).max(1000);
  return z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("minisign"),
      key_id: z.string().regex(/^[0-9A-Fa-f]{16}$/, "it is not 16 hexadecimal digits"),
      public_key: text,
    }),
    z.strictObject({ kind: z.literal("sigstore"), subject: text, issuer: text }),
  ]);
}

function isFetched(url: string): boolean {
  if (!/^https?:\/\/[!-~]+$/.test(url) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === "" && password === "";
}

function pluginsByName(
  entries: Readonly<Record<string, LockedPlugin>>,
  context: z.RefinementCtx,
): ReadonlyMap<PluginName, LockedPlugin> {
  const plugins = new Map<PluginName, LockedPlugin>();
  for (const [name, plugin] of Object.entries(entries)) {
    const names: readonly string[] = plugin.assets.map((asset) => asset.name);
    const targets: readonly string[] = plugin.assets.flatMap((asset) => asset.targets);
    for (const said of [names, targets]) {
      const twice = said.find((one, index) => said.indexOf(one) !== index);
      if (twice === undefined) continue;
      const message = `${twice} is there twice`;
      context.addIssue({ code: "custom", path: [name, "assets"], message, input: plugin });
    }
    plugins.set(parseName(pluginNameRule, name), plugin);
  }
  return plugins;
}
