import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { extname, join } from "node:path";
import { UserError, isCodedError } from "@aomori/protocol";
import type { CodedError } from "@aomori/protocol";
import { extractArchive } from "../archive/extract-archive.ts";
import { diskStep } from "../disk/disk-step.ts";
import type { InstalledAsset, PluginEntry, PluginRecord } from "../installed/plugin-record.ts";
import { lowestTrust } from "../integrity/require-level.ts";
import type { Trust } from "../integrity/trust-level.ts";
import type { ChosenEntry } from "../manifest/choose-entry.ts";
import type { Runtime } from "../manifest/manifest.ts";
import type { Programs } from "../manifest/older/translate-exec.ts";
import { systemOf } from "../manifest/platform.ts";
import type { AssetName } from "../names/names.ts";
import { downloadAsset } from "../source/download-asset.ts";
import type { SourceContext } from "../source/source-context.ts";
import type { PlannedAsset, PreparedInstall } from "./prepare-install.ts";
import { proveDownload } from "./prove-download.ts";
import type { ProofRules } from "./prove-download.ts";

export interface StageOptions {
  readonly rules: ProofRules;
  /** Version of the installer. */
  readonly installedBy: string;
  readonly nowMs: number;
  /** Asked when everything is downloaded and proven; what it throws ends the installation. */
  readonly consent?: ((record: PluginRecord) => Promise<void>) | undefined;
}

/** For downloads and proofs; gone before the version is sealed. */
const scratchName = ".scratch";
/** Where the files of an archive go that holds the program. */
const programFolder = "program";
const viewerFolder = "viewer";

const scriptEndings: Readonly<Record<Runtime, readonly string[]>> = {
  node: [".mjs", ".js", ".cjs"],
  python: [".py"],
  sh: [".sh"],
};

/**
 * Fills a version's folder: every asset downloaded, proven, and put in its place; returns the record. Whatever throws leaves a
 * folder that is thrown away.
 */
export async function stagePlugin(
  context: SourceContext,
  prepared: PreparedInstall,
  directory: string,
  options: StageOptions,
): Promise<PluginRecord> {
  const scratch = join(directory, scratchName);
  await diskStep("PLUGIN_DIR_CREATE", `cannot make ${scratch}`, () => mkdir(scratch));
  const assets: InstalledAsset[] = [];
  let entry: PluginEntry | undefined;
  for (const planned of prepared.assets) {
    const step = planned.role === "viewer" ? "VIEWER_ZIP_EXTRACT" : "BINARY_WRITE";
    await diskStep(step, `cannot put ${planned.name} in its place`, async () => {
      const { asset, file } = await fetchAsset(context, prepared, planned, scratch, options.rules);
      assets.push(asset);
      if (planned.role === "viewer") await placeViewer(context, planned.name, file, directory);
      else entry = await placeProgram(context, prepared, planned.name, file, directory);
    });
  }
  await diskStep("BINARY_WRITE", `cannot remove ${scratch}`, () =>
    rm(scratch, { recursive: true }),
  );
  const record = recordOf(prepared, assets, entry, options);
  await options.consent?.(record);
  return record;
}

interface FetchedAsset {
  readonly asset: InstalledAsset;
  readonly file: string;
}

async function fetchAsset(
  context: SourceContext,
  { request, tag, release, commit, manifest }: PreparedInstall,
  { role, name }: PlannedAsset,
  scratch: string,
  rules: ProofRules,
): Promise<FetchedAsset> {
  const { owner, repository } = request;
  const file = join(scratch, name);
  const place = { owner, repository, tag, release, asset: name } as const;
  const { url, sha256, sizeBytes } = await downloadAsset(context, { ...place, role, file });
  const trust = await proveDownload(context, rules, {
    ...place,
    commit,
    file,
    sha256,
    stagingDirectory: scratch,
    manifestHash: manifest.sha256[name],
  });
  return { asset: { role, name, url, sha256, size_bytes: sizeBytes, trust }, file };
}

function isArchive(name: string): boolean {
  return /\.(?:zip|tar\.gz|tgz)$/i.test(name);
}

async function placeViewer(
  context: SourceContext,
  asset: AssetName,
  file: string,
  directory: string,
): Promise<void> {
  let files: readonly string[];
  try {
    files = await unpack(context, file, join(directory, viewerFolder));
  } catch (error) {
    if (!isCodedError(error) || error.category !== "validation") throw error;
    throw viewerRefused(`the viewer ${asset} cannot be unpacked: ${error.message}`, error);
  }
  if (files.includes("index.html")) return;
  throw viewerRefused(
    `the viewer ${asset} has no index.html at its root; ask the plugin's author for one that has`,
  );
}

function viewerRefused(message: string, cause?: CodedError): UserError {
  return new UserError("validation", "VIEWER_ZIP_EXTRACT", message, {
    cause,
    ...(cause === undefined ? {} : { details: { reason: cause.code } }),
  });
}

/** Puts the program in place and says how it is started. */
async function placeProgram(
  context: SourceContext,
  { entry, programs }: PreparedInstall,
  name: AssetName,
  file: string,
  directory: string,
): Promise<PluginEntry> {
  if (entry.kind === "viewer_only") throw new TypeError("a viewer has no program to place");
  if (isArchive(name)) {
    const files = await unpack(context, file, join(directory, programFolder));
    const found = programIn(files, namesOfProgram(entry, programs), name);
    await makeExecutable(join(directory, programFolder, found));
    return entryOf(entry, `${programFolder}/${found}`);
  }
  const placed =
    entry.kind === "native" ? nativeName(entry.platform) : scriptName(entry.runtime, name);
  await rename(file, join(directory, placed));
  await makeExecutable(join(directory, placed));
  return entryOf(entry, placed);
}

async function makeExecutable(path: string): Promise<void> {
  await diskStep("CHMOD", `cannot make ${path} executable`, () => chmod(path, 0o755));
}

type Program = Exclude<ChosenEntry, { readonly kind: "viewer_only" }>;

function entryOf(entry: Program, file: string): PluginEntry {
  return entry.kind === "native"
    ? { kind: "native", file, platform: entry.platform }
    : { kind: "script", file, runtime: entry.runtime };
}

function nativeName(platform: string): string {
  return platform.startsWith("windows_") ? "plugin.exe" : "plugin";
}

/** Keeps the ending where it means something to the runtime. */
function scriptName(runtime: Runtime, asset: string): string {
  const [usual = ""] = scriptEndings[runtime];
  const own = extname(asset);
  return `plugin${scriptEndings[runtime].includes(own) ? own : usual}`;
}

/** The file that its manifest names, or else the `plugin` at the archive's root. */
function namesOfProgram(entry: Program, programs: Programs): readonly string[] {
  const said = entry.kind === "native" ? programs[systemOf(entry.platform)] : programs.script;
  if (said !== undefined) return [said];
  return entry.kind === "native"
    ? [nativeName(entry.platform)]
    : scriptEndings[entry.runtime].map((ending) => `plugin${ending}`);
}

function programIn(files: readonly string[], names: readonly string[], archive: AssetName): string {
  const found = names.find((name) => files.includes(name));
  if (found !== undefined) return found;
  throw new UserError(
    "validation",
    "PROGRAM_NOT_IN_ARCHIVE",
    `${archive} has no file ${names.join(" or ")}; ask the plugin's author for an archive that has it`,
    { details: { archive, expected: names } },
  );
}

async function unpack(
  { signal }: SourceContext,
  file: string,
  directory: string,
): Promise<readonly string[]> {
  const files = await extractArchive({
    file,
    directory,
    ...(signal === undefined ? {} : { signal }),
  });
  return files.map(({ path }) => path);
}

function recordOf(
  { request, commit, manifest, source, decision }: PreparedInstall,
  assets: readonly InstalledAsset[],
  entry: PluginEntry | undefined,
  { installedBy, nowMs }: StageOptions,
): PluginRecord {
  const { owner, repository, ref, name } = request;
  const [first, ...others] = assets.map(({ trust }): Trust => trust);
  if (first === undefined) throw new TypeError("a plugin without an asset was prepared");
  return {
    ...manifest,
    name,
    source,
    origin: { kind: "github", owner, repository, ref, commit },
    assets,
    ...(entry === undefined ? {} : { entry }),
    has_viewer: assets.some(({ role }) => role === "viewer"),
    trust: lowestTrust([first, ...others]),
    untrusted: !decision.allowed,
    installed_at: new Date(nowMs).toISOString(),
    installed_by: installedBy,
  };
}
