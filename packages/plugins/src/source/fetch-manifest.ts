import type { Commit } from "../names/names.ts";
import { fetchSmall } from "./fetch-small.ts";
import type { SourceContext } from "./source-context.ts";
import { badStatus } from "./source-error.ts";
import { rawUrl } from "./source-url.ts";
import type { RepositoryPlace } from "./source-url.ts";

/** In the order they are looked for; the second is read only. */
export const manifestFileNames = ["aomori.plugin.json", "objectiveai.json"] as const;

export interface FetchedManifest {
  readonly fileName: (typeof manifestFileNames)[number];
  /** With the commit in it. */
  readonly url: string;
  /** As it was served; parsing it is the manifest reader's. */
  readonly text: string;
}

/** The manifest at a commit; MANIFEST_BAD_STATUS tells of the first name when neither is there. */
export async function fetchManifest(
  context: SourceContext,
  place: RepositoryPlace,
  commit: Commit,
): Promise<FetchedManifest> {
  for (const fileName of manifestFileNames) {
    const text = await fetchRepositoryFile(context, place, commit, fileName);
    const url = rawUrl(context.client.endpoints, place, commit, fileName).href;
    if (text !== undefined) return { fileName, url, text };
  }
  const url = rawUrl(context.client.endpoints, place, commit, manifestFileNames[0]);
  throw badStatus("MANIFEST_BAD_STATUS", {
    url,
    status: 404,
    retryAfterMs: undefined,
    rateLimited: false,
  });
}

/** A small text file at a commit, undefined when the repository has none there. */
export async function fetchRepositoryFile(
  context: SourceContext,
  place: RepositoryPlace,
  commit: Commit,
  fileName: string,
): Promise<string | undefined> {
  const { client } = context;
  const { status, bytes } = await fetchSmall(context, {
    url: rawUrl(client.endpoints, place, commit, fileName),
    accept: "*/*",
    maxBytes: client.limits.maxManifestBytes,
    code: "MANIFEST_BAD_STATUS",
    expected: [404],
  });
  return status === 404 ? undefined : bytes.toString("utf8");
}
