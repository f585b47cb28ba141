import { isDeepStrictEqual } from "node:util";
import { UserError } from "@aomori/protocol";
import type { PluginRecord } from "../installed/plugin-record.ts";
import type { AssetName, Owner, PluginName, Repository } from "../names/names.ts";
import { targetsOf } from "./lockfile.ts";
import type { LockedAsset, LockedPlugin, Lockfile } from "./lockfile.ts";

/** One thing that the lockfile says otherwise than it is. */
export interface LockDifference {
  readonly plugin: PluginName;
  /** `commit`, `assets.NAME.sha256`, or `plugin` for a plugin that only one of them has. */
  readonly field: string;
  /** Absent when the lockfile does not have it. */
  readonly locked?: string;
  /** Absent when only the lockfile has it. */
  readonly actual?: string;
}

/**
 * Compares with what is installed: origin, version, what the manifest declares for every platform, and the files that were
 * fetched here. A linked plugin is nobody else's and is passed over.
 */
export function compareLockfile(
  lockfile: Lockfile,
  records: readonly PluginRecord[],
): readonly LockDifference[] {
  const fetched = records.filter(({ origin }) => origin.kind === "github");
  const names = new Set(fetched.map((record) => record.name));
  const gone = [...lockfile.plugins.keys()].filter((name) => !names.has(name));
  return [
    ...fetched.flatMap((record) => differencesOf(lockfile.plugins.get(record.name), record)),
    ...gone.map((plugin) => ({ plugin, field: "plugin", locked: plugin })),
  ];
}

function differencesOf(
  locked: LockedPlugin | undefined,
  record: PluginRecord,
): readonly LockDifference[] {
  const { name: plugin, origin } = record;
  if (locked === undefined) return [{ plugin, field: "plugin", actual: plugin }];
  if (origin.kind !== "github") return [];
  const found: LockDifference[] = [];
  const compare = (field: string, inLock: string | undefined, actual: string | undefined): void => {
    if (inLock === actual) return;
    found.push({
      plugin,
      field,
      ...(inLock === undefined ? {} : { locked: inLock }),
      ...(actual === undefined ? {} : { actual }),
    });
  };
  compare("owner", locked.owner.toLowerCase(), origin.owner.toLowerCase());
  compare("repository", locked.repository.toLowerCase(), origin.repository.toLowerCase());
  compare("commit", locked.commit, origin.commit);
  compare("version", locked.version, record.version);
  const declared = targetsOf(record);
  const lockedTargets = new Map(
    locked.assets.flatMap(({ name, targets }) => targets.map((target) => [target, name] as const)),
  );
  for (const target of new Set([...declared.keys(), ...lockedTargets.keys()])) {
    compare(`targets.${target}`, lockedTargets.get(target), declared.get(target));
  }
  for (const asset of record.assets) {
    const inLock = locked.assets.find(({ name }) => name === asset.name);
    if (inLock === undefined) continue; // Said already as a target.
    compare(`assets.${asset.name}.url`, inLock.url, asset.url);
    compare(`assets.${asset.name}.sha256`, inLock.sha256, asset.sha256);
    compare(`assets.${asset.name}.size_bytes`, `${inLock.size_bytes}`, `${asset.size_bytes}`);
    const { signer } = asset.trust;
    if (!isDeepStrictEqual(inLock.signer, signer)) {
      compare(`assets.${asset.name}.signer`, signerText(inLock.signer), signerText(signer));
    }
  }
  return found;
}

function signerText(signer: LockedAsset["signer"]): string | undefined {
  return signer === undefined ? undefined : JSON.stringify(signer);
}

const shownCount = 3;

/** Of a lockfile that says otherwise than it is. */
export function lockfileStale(where: string, differences: readonly LockDifference[]): UserError {
  const texts = differences
    .slice(0, shownCount)
    .map(({ plugin, field, locked, actual }) =>
      field === "plugin"
        ? `${plugin} is ${locked === undefined ? "installed and not in it" : "in it and not installed"}`
        : `${plugin}: ${field} is ${actual ?? "absent"}, and ${locked ?? "absent"} in it`,
    );
  const rest = differences.length - texts.length;
  const what = [...texts, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
  const message = `${where} is not up to date: ${what}; write it anew with "aomori plugins lock"`;
  return new UserError("conflict", "LOCKFILE_STALE", message, { details: { where, differences } });
}

/** What `--frozen` installs under a name; throws LOCKFILE_MISSING_ENTRY when the lockfile has no such plugin, or another repository under its name. */
export function lockedPlugin(
  lockfile: Lockfile,
  where: string,
  wanted: {
    readonly name: PluginName;
    readonly owner: Owner;
    readonly repository: Repository;
  },
): LockedPlugin {
  const { name, owner, repository } = wanted;
  const plugin = lockfile.plugins.get(name);
  const isSame =
    plugin?.owner.toLowerCase() === owner.toLowerCase() &&
    plugin.repository.toLowerCase() === repository.toLowerCase();
  if (plugin !== undefined && isSame) return plugin;
  const why =
    plugin === undefined
      ? `has no plugin ${name}`
      : `has ${plugin.owner}/${plugin.repository} as ${name}, and not ${owner}/${repository}`;
  throw missingEntry(where, why, wanted);
}

/** What is locked of one file; throws LOCKFILE_MISSING_ENTRY. */
export function lockedAsset(plugin: LockedPlugin, where: string, asset: AssetName): LockedAsset {
  const found = plugin.assets.find(({ name }) => name === asset);
  if (found !== undefined) return found;
  const { owner, repository } = plugin;
  throw missingEntry(where, `has no file ${asset} of ${owner}/${repository}`, {
    owner,
    repository,
    asset,
  });
}

function missingEntry(
  where: string,
  why: string,
  details: Readonly<Record<string, unknown>>,
): UserError {
  const next = 'install it without --frozen and write the lockfile anew with "aomori plugins lock"';
  return new UserError("not_found", "LOCKFILE_MISSING_ENTRY", `${where} ${why}; ${next}`, {
    details: { where, ...details },
  });
}
