import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginRecord } from "../installed/plugin-record.ts";
import { lockTargets, targetsOf } from "../lockfile/lockfile.ts";
import type { LockedAsset, LockedPlugin, Lockfile } from "../lockfile/lockfile.ts";
import type { AssetName, PluginName } from "../names/names.ts";
import { downloadAsset } from "../source/download-asset.ts";
import { releaseOf, tagOf } from "../source/release.ts";
import type { SourceContext } from "../source/source-context.ts";

/**
 * The lockfile of installed plugins, with what their manifests declare for every platform: what is installed here is taken as it was
 * proven, every other asset is downloaded to be hashed. Linked plugins are nobody else's and stay out.
 */
export async function lockPlugins(
  context: SourceContext,
  records: readonly PluginRecord[],
): Promise<Lockfile> {
  const plugins = new Map<PluginName, LockedPlugin>();
  const scratch = await mkdtemp(join(tmpdir(), "aomori-lock-"));
  try {
    for (const record of records) {
      const locked = await lockOne(context, record, scratch);
      if (locked !== undefined) plugins.set(record.name, locked);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { schema: 1, plugins };
}

async function lockOne(
  context: SourceContext,
  record: PluginRecord,
  scratch: string,
): Promise<LockedPlugin | undefined> {
  const { origin, version } = record;
  if (origin.kind !== "github") return undefined;
  const { owner, repository, ref, commit } = origin;
  const targets = targetsOf(record);
  const assets: LockedAsset[] = [];
  for (const name of new Set(targets.values())) {
    assets.push({
      name,
      targets: lockTargets.filter((target) => targets.get(target) === name),
      ...(installedAsset(record, name) ?? (await hashedAsset(context, record, name, scratch))),
    });
  }
  return { owner, repository, ref, commit, version, assets };
}

type Proven = Omit<LockedAsset, "name" | "targets">;

function installedAsset(record: PluginRecord, name: AssetName): Proven | undefined {
  const asset = record.assets.find((each) => each.name === name);
  if (asset === undefined) return undefined;
  const { url, sha256, size_bytes, trust } = asset;
  return {
    url,
    sha256,
    size_bytes,
    ...(trust.signer === undefined ? {} : { signer: trust.signer }),
  };
}

async function hashedAsset(
  context: SourceContext,
  { origin, version }: PluginRecord,
  asset: AssetName,
  scratch: string,
): Promise<Proven> {
  if (origin.kind !== "github") throw new TypeError("a linked plugin has no assets");
  const { owner, repository, commit } = origin;
  const release = await releaseOf(context, { owner, repository }, version, commit);
  const file = join(scratch, asset);
  const wanted = {
    owner,
    repository,
    tag: tagOf(version),
    asset,
    role: "binary",
    file,
    release,
  } as const;
  const { url, sha256, sizeBytes } = await downloadAsset(context, wanted);
  await rm(file);
  return { url, sha256, size_bytes: sizeBytes };
}
