import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@aomori/protocol";
import { ioError, isRecord, writeFileAtomic } from "@aomori/system";
import { declaredAssets } from "../manifest/read-manifest.ts";
import type { AssetName, Sha256 } from "../names/names.ts";
import {
  checksumsFileName,
  fileMode,
  readProjectManifest,
  releaseDirectoryName,
  sha256OfFile,
} from "./release-files.ts";
import type { ProjectManifest } from "./release-files.ts";
import { entriesOf } from "./scaffold.ts";

export interface PackedPlugin {
  /** Holds the assets and `checksums.txt`. */
  readonly releaseDirectory: string;
  readonly assets: readonly { readonly name: AssetName; readonly sha256: Sha256 }[];
  /** Declared, and not built here: those of other platforms, as a rule. */
  readonly missing: readonly AssetName[];
}

/**
 * Collects the manifest's assets from `dist/` or the project's folder into `release/`, writes their hashes beside them, and
 * last into the manifest. Throws NOTHING_TO_PACK when none is built, and RELEASE_DIRECTORY_OCCUPIED rather than touch a file it did not put there.
 */
export async function packPlugin(directory: string): Promise<PackedPlugin> {
  const project = await readProjectManifest(directory);
  const declared = declaredAssets(project.manifest);
  const built = new Map<AssetName, string>();
  for (const asset of declared) {
    const path = await builtFile(directory, asset);
    if (path !== undefined) built.set(asset, path);
  }
  const missing = declared.filter((asset) => !built.has(asset));
  if (built.size === 0) throw nothingToPack(directory, declared);
  const releaseDirectory = join(directory, releaseDirectoryName);
  await refuseForeignFiles(releaseDirectory, [...declared, checksumsFileName]);
  const assets = await collect(releaseDirectory, built, project.manifest.viewer_zip);
  const lines = assets
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  await writeFileAtomic(join(releaseDirectory, checksumsFileName), lines.join(""));
  await writeHashes(project, declared, new Map(assets.map(({ name, sha256 }) => [name, sha256])));
  return { releaseDirectory, assets, missing };
}

/** Where a developer's folder has an asset: in `dist/`, or beside the manifest; what a linked plugin runs. */
export async function builtFile(directory: string, asset: AssetName): Promise<string | undefined> {
  for (const path of [join(directory, "dist", asset), join(directory, asset)]) {
    if ((await fileMode(path)) !== undefined) return path;
  }
  return undefined;
}

async function refuseForeignFiles(directory: string, ours: readonly string[]): Promise<void> {
  const foreign = (await entriesOf(directory)).find((entry) => !ours.includes(entry));
  if (foreign === undefined) return;
  const message = `${directory} holds ${foreign}, which is no file of this release; move it away, and pack again`;
  throw new UserError("conflict", "RELEASE_DIRECTORY_OCCUPIED", message, {
    details: { directory, file: foreign },
  });
}

async function collect(
  directory: string,
  built: ReadonlyMap<AssetName, string>,
  viewer: AssetName | undefined,
): Promise<PackedPlugin["assets"]> {
  const assets: { name: AssetName; sha256: Sha256 }[] = [];
  for (const [name, source] of built) {
    const target = join(directory, name);
    try {
      await mkdir(directory, { recursive: true });
      await copyFile(source, target);
      await chmod(target, name === viewer ? 0o644 : 0o755);
    } catch (error) {
      throw ioError(error, `cannot copy ${source} to ${target}`);
    }
    assets.push({ name, sha256: await sha256OfFile(target) });
  }
  return assets;
}

/** Leaves every other field as it stands. A hash of an asset that was built elsewhere stays, one of no asset goes. */
async function writeHashes(
  project: ProjectManifest,
  declared: readonly AssetName[],
  packed: ReadonlyMap<AssetName, Sha256>,
): Promise<void> {
  const fields: unknown = JSON.parse(project.text);
  if (!isRecord(fields)) throw new Error("a manifest that was read is no object");
  const hashes = declared.flatMap((asset) => {
    const hash = packed.get(asset) ?? project.manifest.sha256[asset];
    return hash === undefined ? [] : [[asset, hash] as const];
  });
  const next = { ...fields, sha256: Object.fromEntries(hashes) };
  await writeFileAtomic(project.path, `${JSON.stringify(next, null, 2)}\n`);
}

function nothingToPack(directory: string, declared: readonly AssetName[]): UserError {
  const message = `none of ${declared.join(", ")} is in ${directory} or its dist folder; build the plugin first, then pack it`;
  return new UserError("not_found", "NOTHING_TO_PACK", message, { details: { directory } });
}
