import { UserError } from "@aomori/protocol";
import { readTextFile, writeFileAtomic } from "@aomori/system";
import { checkShape, describeProblems } from "../json/schema-problems.ts";
import { parseStrictJson } from "../json/strict-json.ts";
import { lockfileSchema } from "./lockfile-schema.ts";
import { lockTargets } from "./lockfile.ts";
import type { LockedAsset, LockedPlugin, Lockfile } from "./lockfile.ts";

const limits = { maxBytes: 8 * 1024 * 1024, maxDepth: 8 };

/** Undefined when there is no such file; throws LOCKFILE_INVALID. */
export async function readLockfile(path: string): Promise<Lockfile | undefined> {
  const text = await readTextFile(path);
  return text === undefined ? undefined : parseLockfile(text, path);
}

/** Throws LOCKFILE_INVALID with the path of each field that is wrong. */
export function parseLockfile(text: string, where: string): Lockfile {
  const json = parseStrictJson(text, limits);
  if (json.kind === "refused") throw lockfileInvalid(where, json.why, json.cause);
  const checked = checkShape(lockfileSchema(), json.value, ["schema", "plugins"]);
  if (checked.kind === "valid") return checked.value;
  throw lockfileInvalid(where, describeProblems(checked.problems));
}

export async function writeLockfile(path: string, lockfile: Lockfile): Promise<void> {
  await writeFileAtomic(path, formatLockfile(lockfile));
}

/** The same text for the same content: fields in one order, plugins and assets by name, one line break at the end. */
export function formatLockfile(lockfile: Lockfile): string {
  const entries = [...lockfile.plugins].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const plugins = Object.fromEntries(entries.map(([name, plugin]) => [name, inOrder(plugin)]));
  return `${JSON.stringify({ schema: lockfile.schema, plugins }, null, 2)}\n`;
}

function inOrder({ owner, repository, ref, commit, version, assets }: LockedPlugin): LockedPlugin {
  const sorted = assets.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return { owner, repository, ref, commit, version, assets: sorted.map(assetInOrder) };
}

function assetInOrder({
  name,
  targets,
  url,
  sha256,
  size_bytes,
  signer,
}: LockedAsset): LockedAsset {
  return {
    name,
    targets: lockTargets.filter((target) => targets.includes(target)),
    url,
    sha256,
    size_bytes,
    ...(signer === undefined ? {} : { signer: signerInOrder(signer) }),
  };
}

function signerInOrder(signer: NonNullable<LockedAsset["signer"]>): LockedAsset["signer"] & {} {
  return signer.kind === "minisign"
    ? { kind: signer.kind, key_id: signer.key_id, public_key: signer.public_key }
    : { kind: signer.kind, subject: signer.subject, issuer: signer.issuer };
}

function lockfileInvalid(where: string, why: string, cause?: unknown): UserError {
  const next = 'restore it from version control, or write it anew with "aomori plugins lock"';
  const message = `the lockfile ${where} is not valid: ${why}; ${next}`;
  return new UserError("config", "LOCKFILE_INVALID", message, { cause, details: { where } });
}
