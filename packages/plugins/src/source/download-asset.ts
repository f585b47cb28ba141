import { isCodedError } from "@aomori/protocol";
import type { AssetName } from "../names/names.ts";
import { download } from "./download.ts";
import type { Downloaded } from "./download.ts";
import { currentRelease } from "./release.ts";
import type { Release, ReleaseAsset } from "./release.ts";
import type { SourceContext } from "./source-context.ts";
import type { BadStatusCode } from "./source-error.ts";
import { apiUrl, assetUrl } from "./source-url.ts";
import type { RepositoryPlace } from "./source-url.ts";
import { waitFor } from "./wait-for.ts";

export type AssetRole = "binary" | "script" | "viewer" | "proof";

const statusCodes: Readonly<Record<AssetRole, BadStatusCode>> = {
  binary: "BINARY_BAD_STATUS",
  script: "BINARY_BAD_STATUS",
  viewer: "VIEWER_ZIP_BAD_STATUS",
  proof: "PROOF_BAD_STATUS",
};

export interface AssetRequest extends RepositoryPlace {
  readonly tag: string;
  readonly asset: AssetName;
  readonly role: AssetRole;
  /** A path in a staging directory, where nothing is yet. */
  readonly file: string;
  /** As `releaseOf` found it; absent where no API is configured. */
  readonly release?: Release | undefined;
}

/**
 * Downloads an asset of a release. One that the release does not list yet is waited for; one whose address in the releases is refused is
 * asked of the API where a token for it is configured: an asset of a private repository has no other way out of GitHub.
 */
export async function downloadAsset(
  context: SourceContext,
  wanted: AssetRequest,
): Promise<Downloaded> {
  const listed = await listedAsset(context, wanted);
  try {
    return await fromReleases(context, wanted, listed);
  } catch (error) {
    if (listed === undefined || !isRefusal(error)) throw error;
    const url = apiUrl(context.client.endpoints, wanted, "releases", "assets", String(listed.id));
    if (!context.client.hasToken(url)) throw error;
    const accept = "application/octet-stream";
    const fetched = await download(context, { ...common(context, wanted, listed), url, accept });
    return {
      ...fetched,
      url: assetUrl(context.client.endpoints, wanted, wanted.tag, wanted.asset).href,
    };
  }
}

/** An asset that may be missing, such as a signature: undefined when the release has none. */
export async function downloadOptionalAsset(
  context: SourceContext,
  wanted: AssetRequest,
): Promise<Downloaded | undefined> {
  if (wanted.release !== undefined && !wanted.release.assets.has(wanted.asset)) return undefined;
  try {
    return await downloadAsset(context, wanted);
  } catch (error) {
    if (isCodedError(error) && error.category === "not_found") return undefined;
    throw error;
  }
}

/** What the release says of the asset; undefined where it is not asked, or does not list it in time. */
async function listedAsset(
  context: SourceContext,
  { release, asset, ...place }: AssetRequest,
): Promise<ReleaseAsset | undefined> {
  if (release === undefined) return undefined;
  const known = release.assets.get(asset);
  if (known !== undefined) return known;
  return await waitFor(context, asset, async () => {
    return (await currentRelease(context, place, release.tag))?.assets.get(asset);
  });
}

async function fromReleases(
  context: SourceContext,
  wanted: AssetRequest,
  listed: ReleaseAsset | undefined,
): Promise<Downloaded> {
  const url = assetUrl(context.client.endpoints, wanted, wanted.tag, wanted.asset);
  const request = { ...common(context, wanted, listed), url, accept: "*/*" };
  const look = async () => {
    try {
      return await download(context, request);
    } catch (error) {
      if (isCodedError(error) && error.category === "not_found") return undefined;
      throw error;
    }
  };
  const settled = listed !== undefined || wanted.release !== undefined || wanted.role === "proof";
  return (
    (settled ? undefined : await waitFor(context, wanted.asset, look)) ??
    (await download(context, request))
  );
}

function common(context: SourceContext, wanted: AssetRequest, listed: ReleaseAsset | undefined) {
  const { limits } = context.client;
  return {
    file: wanted.file,
    maxBytes: wanted.role === "proof" ? limits.maxProofBytes : limits.maxAssetBytes,
    expectedBytes: listed?.sizeBytes,
    code: statusCodes[wanted.role],
  };
}

function isRefusal(error: unknown): boolean {
  return isCodedError(error) && ["not_found", "authn", "authz"].includes(error.category);
}
