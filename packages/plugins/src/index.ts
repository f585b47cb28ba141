export type { ArchiveRefusal } from "./archive/archive-error.ts";
export { defaultArchiveLimits } from "./archive/archive-limits.ts";
export type { ArchiveLimits } from "./archive/archive-limits.ts";
export { extractArchive } from "./archive/extract-archive.ts";
export type { ExtractOptions } from "./archive/extract-archive.ts";
export type { ExtractedFile, ExtractionProgress } from "./archive/extraction.ts";
export { chooseEntry, platformKeyOf } from "./manifest/choose-entry.ts";
export type { ChosenEntry, EntryChoice } from "./manifest/choose-entry.ts";
export { currentHostPlatform, libcOf } from "./manifest/host-platform.ts";
export type { HostPlatform } from "./manifest/host-platform.ts";
export { manifestJsonSchema } from "./manifest/manifest-schema.ts";
export type { ManifestNotice } from "./manifest/notice.ts";
export type { ManifestGeneration } from "./manifest/older/generation.ts";
export {
  declaredAssets,
  manifestFileName,
  olderManifestFileName,
  readManifest,
} from "./manifest/read-manifest.ts";
export type { ReadManifest, ReadManifestOptions } from "./manifest/read-manifest.ts";
export { commitOfRef, headRef, parseCommit, parseRef } from "./names/refs.ts";
export { parseAssetName, parseSha256, parseVersion } from "./names/release-names.ts";
export {
  parseCoordinates,
  parseOwner,
  parsePluginName,
  parseRepository,
} from "./names/repository-names.ts";
export type { Coordinates, PluginNameOptions } from "./names/repository-names.ts";
export type { Manifest, Runtime, ScriptEntry, ViewerRoute } from "./manifest/manifest.ts";
export { platformKeys } from "./manifest/platform.ts";
export type { PlatformKey } from "./manifest/platform.ts";
export type {
  AssetName,
  Commit,
  Owner,
  PluginName,
  Ref,
  Repository,
  Sha256,
  Version,
} from "./names/names.ts";
export { trustLevels } from "./integrity/trust-level.ts";
export type { Signer, Trust, TrustLevel } from "./integrity/trust-level.ts";
export { pluginLayout, pluginsLayout } from "./installed/plugin-layout.ts";
export type { PluginLayout, PluginsLayout } from "./installed/plugin-layout.ts";
export { setEnabled, setPin } from "./installed/change-settings.ts";
export { checkInstallation } from "./installed/check-installation.ts";
export type {
  InstallationFinding,
  InstallationReport,
  PluginDiskUsage,
} from "./installed/check-installation.ts";
export { installVersion } from "./installed/install-version.ts";
export type { InstallOptions, Stage } from "./installed/install-version.ts";
export { linkPlugin } from "./installed/link-plugin.ts";
export type { LinkOptions } from "./installed/link-plugin.ts";
export { inspectPlugin } from "./installed/inspect-plugin.ts";
export { getPlugin, listPlugins, requirePlugin } from "./installed/list-plugins.ts";
export { pluginNotFound } from "./installed/plugin-errors.ts";
export type { ListRequest, PluginPage } from "./installed/list-plugins.ts";
export { refuseTakenName } from "./installed/name-clash.ts";
export type { InstallMode } from "./installed/name-clash.ts";
export { openPlugins } from "./installed/open-plugins.ts";
export type { OpenedPlugins } from "./installed/open-plugins.ts";
export type { LockOptions } from "./installed/plugin-lock.ts";
export type { BrokenPlugin, PluginState, SoundPlugin } from "./installed/plugin-state.ts";
export { recover } from "./installed/recover.ts";
export type { Recovery } from "./installed/recover.ts";
export { rollbackPlugin } from "./installed/rollback-plugin.ts";
export { markRun } from "./installed/run-mark.ts";
export type { RunMark } from "./installed/run-mark.ts";
export type { PluginSettings } from "./installed/settings.ts";
export { uninstallPlugin } from "./installed/uninstall-plugin.ts";
export type { UninstallOptions } from "./installed/uninstall-plugin.ts";
export { verifyPlugin } from "./installed/verify-plugin.ts";
export type { Deviation, Verification } from "./installed/verify-plugin.ts";
export type {
  InstalledAsset,
  InstalledFile,
  PluginEntry,
  PluginOrigin,
  PluginRecord,
} from "./installed/plugin-record.ts";
export { addPolicyRow, removePolicyRow } from "./policy/change-policy.ts";
export type { AddedRow } from "./policy/change-policy.ts";
export { decide, notWhitelisted } from "./policy/decide.ts";
export type { PolicyDecision, RowOutcome } from "./policy/decide.ts";
export { defaultRow } from "./policy/policy.ts";
export type {
  Policy,
  PolicyField,
  PolicyFile,
  PolicyList,
  PolicyPlace,
  PolicyRow,
  PolicyScope,
  PolicySubject,
} from "./policy/policy.ts";
export { readPolicy } from "./policy/read-policy.ts";
export { downloadAsset, downloadOptionalAsset } from "./source/download-asset.ts";
export type { AssetRequest, AssetRole } from "./source/download-asset.ts";
export type { Downloaded } from "./source/download.ts";
export { gitHubEndpoints } from "./source/endpoints.ts";
export type { Endpoints } from "./source/endpoints.ts";
export { fetchManifest, fetchRepositoryFile, manifestFileNames } from "./source/fetch-manifest.ts";
export type { FetchedManifest } from "./source/fetch-manifest.ts";
export { latestRelease, releaseOf, tagOf } from "./source/release.ts";
export type { Release, ReleaseAsset } from "./source/release.ts";
export { resolveCommit } from "./source/resolve-commit.ts";
export { SourceClient } from "./source/source-client.ts";
export type { SourceContext, SourceProgress } from "./source/source-context.ts";
export type { BadStatusCode } from "./source/source-error.ts";
export type { RepositoryPlace } from "./source/source-url.ts";
export { defaultTransferLimits } from "./source/transfer-limits.ts";
export type { TransferLimits } from "./source/transfer-limits.ts";
export {
  compareLockfile,
  lockedAsset,
  lockedPlugin,
  lockfileStale,
} from "./lockfile/compare-lockfile.ts";
export type { LockDifference } from "./lockfile/compare-lockfile.ts";
export {
  formatLockfile,
  parseLockfile,
  readLockfile,
  writeLockfile,
} from "./lockfile/lockfile-text.ts";
export { lockTargets, lockfileName, targetsOf } from "./lockfile/lockfile.ts";
export type { LockTarget, LockedAsset, LockedPlugin, Lockfile } from "./lockfile/lockfile.ts";
export { parsePluginIndex, readPluginIndex } from "./search/plugin-index.ts";
export type { IndexedPlugin } from "./search/plugin-index.ts";
export { searchPlugins } from "./search/search-plugins.ts";
export { builtFile, packPlugin } from "./authoring/pack-plugin.ts";
export type { PackedPlugin } from "./authoring/pack-plugin.ts";
export { scaffoldKinds } from "./authoring/project-files.ts";
export type { ScaffoldKind } from "./authoring/project-files.ts";
export { publishCheck } from "./authoring/publish-check.ts";
export type { PublishCheck, PublishCheckOptions } from "./authoring/publish-check.ts";
export { checksumsFileName, releaseDirectoryName } from "./authoring/release-files.ts";
export { scaffold } from "./authoring/scaffold.ts";
export { lowestTrust, requireLevel } from "./integrity/require-level.ts";
export { parseMinisignKey, verifyMinisign } from "./integrity/minisign.ts";
export type { MinisignKey } from "./integrity/minisign.ts";
export { minisignKeyOf, proveAsset } from "./integrity/prove-asset.ts";
export type { ProofRequest } from "./integrity/prove-asset.ts";
export {
  checkSigner,
  describeSigner,
  knownSigner,
  rememberSigner,
} from "./integrity/signer-book.ts";
export { readTrustedRoot, verifySigstore } from "./integrity/sigstore.ts";
export type { AttestedFile, SigstorePolicy } from "./integrity/sigstore.ts";
export type { SigstoreIdentity } from "./integrity/workflow-identity.ts";
export { compareVersions } from "./operations/compare-versions.ts";
export { installPlugin } from "./operations/install-plugin.ts";
export type { InstallPluginOptions } from "./operations/install-plugin.ts";
export { prepareInstall } from "./operations/prepare-install.ts";
export type {
  InstallRequest,
  PlannedAsset,
  PreparedInstall,
} from "./operations/prepare-install.ts";
export { newestOf } from "./operations/newest.ts";
export type { Newest } from "./operations/newest.ts";
export { lockPlugins } from "./operations/lock-plugins.ts";
export { readLinked } from "./operations/read-linked.ts";
export type { LinkedOptions, LinkedPlugin } from "./operations/read-linked.ts";
export { viewerProblem } from "./operations/viewer-problem.ts";
export { readProjectManifest } from "./authoring/release-files.ts";
