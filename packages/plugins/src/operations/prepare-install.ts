import { isCodedError } from "@aomori/protocol";
import { chooseEntry } from "../manifest/choose-entry.ts";
import type { ChosenEntry } from "../manifest/choose-entry.ts";
import type { HostPlatform } from "../manifest/host-platform.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ManifestNotice } from "../manifest/notice.ts";
import type { Programs } from "../manifest/older/translate-exec.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import type { AssetName, Commit, PluginName, Ref } from "../names/names.ts";
import { headRef, parseCommit } from "../names/refs.ts";
import { decide, notWhitelisted } from "../policy/decide.ts";
import type { PolicyDecision } from "../policy/decide.ts";
import type { Policy } from "../policy/policy.ts";
import { fetchManifest } from "../source/fetch-manifest.ts";
import { releaseOf, tagOf } from "../source/release.ts";
import type { Release } from "../source/release.ts";
import { resolveCommit } from "../source/resolve-commit.ts";
import type { SourceContext } from "../source/source-context.ts";
import type { RepositoryPlace } from "../source/source-url.ts";

export interface InstallRequest extends RepositoryPlace {
  readonly ref: Ref;
  /** What it is called here. */
  readonly name: PluginName;
  readonly policy: Policy;
  readonly host: HostPlatform;
  /** Goes on where no row of the policy allows it; a row that denies stands. */
  readonly allowUntrusted: boolean;
}

export interface PlannedAsset {
  readonly role: "binary" | "script" | "viewer";
  readonly name: AssetName;
}

/** Everything that is known of an installation before anything of it is on this machine. */
export interface PreparedInstall {
  readonly request: InstallRequest;
  readonly commit: Commit;
  readonly manifest: Manifest;
  readonly programs: Programs;
  /** URL of the manifest, with the commit. */
  readonly source: string;
  readonly notices: readonly ManifestNotice[];
  readonly decision: PolicyDecision;
  readonly entry: ChosenEntry;
  readonly tag: string;
  /** Undefined where no API is configured. */
  readonly release: Release | undefined;
  readonly assets: readonly PlannedAsset[];
}

/**
 * Resolves the ref once, reads the manifest at that commit, asks the policy, chooses what is run here and finds the commit's release. A
 * default branch that has gone on since the release its manifest names stands for that release. Throws the errors of each,
 * PLUGIN_NOT_WHITELISTED unless `allowUntrusted`, UNSUPPORTED_PLATFORM; touches no disk.
 */
export async function prepareInstall(
  context: SourceContext,
  request: InstallRequest,
): Promise<PreparedInstall> {
  const commit = await resolveCommit(context, request, request.ref);
  try {
    return await prepareAt(context, request, commit);
  } catch (error) {
    const released = request.ref === headRef ? releasedCommit(error) : undefined;
    if (released === undefined) throw error;
    return await prepareAt(context, request, released);
  }
}

/** Where the release lies that a manifest names, when it was read at another commit. */
function releasedCommit(error: unknown): Commit | undefined {
  if (!isCodedError(error) || error.code !== "RELEASE_COMMIT_MISMATCH") return undefined;
  const commit = error.details?.["tag_commit"];
  return typeof commit === "string" ? parseCommit(commit) : undefined;
}

async function prepareAt(
  context: SourceContext,
  request: InstallRequest,
  commit: Commit,
): Promise<PreparedInstall> {
  const { owner, repository, ref } = request;
  const place = { owner, repository };
  const { url: source, text } = await fetchManifest(context, place, commit);
  const { manifest, notices, programs } = readManifest(text, { where: source });
  const { version } = manifest;
  const decision = decide(request.policy, { owner, repository, ref, commit, version });
  const isDenied = decision.decidedBy?.place.list === "deny";
  if (!decision.allowed && (isDenied || !request.allowUntrusted)) throw notWhitelisted(decision);
  const choice = chooseEntry(manifest, request.host);
  return {
    request,
    commit,
    manifest,
    programs,
    source,
    notices: [...notices, ...choice.notices],
    decision,
    entry: choice.entry,
    tag: tagOf(version),
    release: await releaseOf(context, place, version, commit),
    assets: assetsOf(manifest, choice.entry),
  };
}

function assetsOf(manifest: Manifest, entry: ChosenEntry): readonly PlannedAsset[] {
  const viewer: PlannedAsset[] =
    manifest.viewer_zip === undefined ? [] : [{ role: "viewer", name: manifest.viewer_zip }];
  if (entry.kind === "viewer_only") return viewer;
  return [{ role: entry.kind === "native" ? "binary" : "script", name: entry.asset }, ...viewer];
}
