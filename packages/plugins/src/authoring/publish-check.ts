import { join } from "node:path";
import { isCodedError } from "@aomori/protocol";
import { readTextFile } from "@aomori/system";
import type { Manifest } from "../manifest/manifest.ts";
import { declaredAssets } from "../manifest/read-manifest.ts";
import type { ReadManifest } from "../manifest/read-manifest.ts";
import type { AssetName } from "../names/names.ts";
import { parsePluginName } from "../names/repository-names.ts";
import {
  checksumsFileName,
  fileMode,
  readProjectManifest,
  releaseDirectoryName,
  sha256OfFile,
} from "./release-files.ts";

export interface PublishCheck {
  readonly name: "manifest" | "name" | "version" | "assets" | "sha256" | "executable" | "viewer";
  readonly status: "passed" | "failed" | "skipped";
  /** What was found and, for one that failed, what to do. */
  readonly message: string;
}

export interface PublishCheckOptions {
  /** Of the release to be: `v1.4.0`. Without it the version is not compared. */
  readonly tag?: string;
  /** First words of the host's own commands. */
  readonly coreCommands?: readonly string[];
  /** Says what is wrong with the viewer's archive at a path, or undefined. Without it the archive is not opened. */
  readonly viewerProblem?: (path: string) => Promise<string | undefined>;
}

type Verdict = Omit<PublishCheck, "name">;

/** Looks at a packed plugin the way those who install it will; every check has a result, whatever the others say. */
export async function publishCheck(
  directory: string,
  options: PublishCheckOptions = {},
): Promise<readonly PublishCheck[]> {
  let project: ReadManifest;
  try {
    project = await readProjectManifest(directory);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const rest = ["name", "version", "assets", "sha256", "executable", "viewer"] as const;
    const skipped = rest.map((name) => ({ name, ...skip("the manifest cannot be read") }));
    return [{ name: "manifest", ...fail(error.message) }, ...skipped];
  }
  const { manifest } = project;
  const release = join(directory, releaseDirectoryName);
  const there = new Map<AssetName, number>();
  for (const asset of declaredAssets(manifest)) {
    const mode = await fileMode(join(release, asset));
    if (mode !== undefined) there.set(asset, mode);
  }
  return [
    { name: "manifest", ...manifestVerdict(project) },
    { name: "name", ...nameVerdict(manifest, options.coreCommands ?? []) },
    { name: "version", ...versionVerdict(manifest, options.tag) },
    { name: "assets", ...assetsVerdict(manifest, there) },
    { name: "sha256", ...(await hashVerdict(manifest, release, [...there.keys()])) },
    { name: "executable", ...executableVerdict(manifest, there) },
    { name: "viewer", ...(await viewerVerdict(manifest, release, there, options)) },
  ];
}

const pass = (message: string): Verdict => ({ status: "passed", message });
const fail = (message: string): Verdict => ({ status: "failed", message });
const skip = (message: string): Verdict => ({ status: "skipped", message });

function manifestVerdict({ notices }: ReadManifest): Verdict {
  const said = notices.map(({ message }) => message).join("; ");
  return notices.length === 0 ? pass("it is valid") : fail(`${said}; correct the manifest`);
}

function nameVerdict({ name }: Manifest, coreCommands: readonly string[]): Verdict {
  if (name === undefined) return skip("the manifest has no name; the repository's will be used");
  try {
    parsePluginName(name, { coreCommands });
    return pass(`${name} is free to be taken`);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return fail(error.message);
  }
}

function versionVerdict({ version }: Manifest, tag: string | undefined): Verdict {
  if (tag === undefined) return skip("no tag was given to compare the version with");
  const expected = `v${version}`;
  if (tag === expected) return pass(`the tag ${tag} is that of version ${version}`);
  return fail(
    `the manifest's version ${version} is released as ${expected}, not as ${tag}; change one of them`,
  );
}

function assetsVerdict(manifest: Manifest, there: ReadonlyMap<AssetName, number>): Verdict {
  const declared = declaredAssets(manifest);
  const missing = declared.filter((asset) => !there.has(asset));
  if (missing.length === 0) return pass(`all ${declared.length} are there`);
  return fail(
    `${missing.join(", ")} not in ${releaseDirectoryName}; build and pack them, or take them out of the manifest`,
  );
}

async function hashVerdict(
  { sha256 }: Manifest,
  release: string,
  assets: readonly AssetName[],
): Promise<Verdict> {
  if (assets.length === 0) return skip("no asset is there");
  const listed = checksumsOf((await readTextFile(join(release, checksumsFileName))) ?? "");
  const problems: string[] = [];
  for (const asset of assets) {
    const actual = await sha256OfFile(join(release, asset));
    const said = [sha256[asset], listed.get(asset)].filter((hash) => hash !== undefined);
    if (said.length === 0) problems.push(`${asset} has no hash`);
    else if (said.some((hash) => hash !== actual))
      problems.push(`${asset} is not the file that was hashed`);
  }
  return problems.length === 0
    ? pass(`${assets.length} compared`)
    : fail(`${problems.join("; ")}; pack the plugin again`);
}

/** By file name, as sha256sum writes and reads them. */
function checksumsOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line));
  return new Map(lines.flatMap((match) => (match?.[1] && match[2] ? [[match[2], match[1]]] : [])));
}

function executableVerdict(manifest: Manifest, there: ReadonlyMap<AssetName, number>): Verdict {
  const programs = Object.values(manifest.binaries).filter(
    (asset) => there.has(asset) && !/\.(?:zip|tgz|tar\.gz|exe)$/.test(asset),
  );
  if (programs.length === 0) return skip("there is no plain binary");
  const plain = programs.filter((asset) => ((there.get(asset) ?? 0) & 0o111) === 0);
  return plain.length === 0
    ? pass(`${programs.length} looked at`)
    : fail(`${plain.join(", ")} may not be executed; run chmod +x on them`);
}

async function viewerVerdict(
  { viewer_zip: viewer }: Manifest,
  release: string,
  there: ReadonlyMap<AssetName, number>,
  { viewerProblem }: PublishCheckOptions,
): Promise<Verdict> {
  if (viewer === undefined) return skip("there is no viewer");
  if (!there.has(viewer)) return skip(`${viewer} is not there`);
  if (viewerProblem === undefined) return skip("the archive was not opened");
  const problem = await viewerProblem(join(release, viewer));
  return problem === undefined ? pass(`${viewer} can be shown`) : fail(`${viewer}: ${problem}`);
}
