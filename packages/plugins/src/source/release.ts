import { RetryableError, UserError } from "@aomori/protocol";
import * as z from "zod";
import type { Commit, Version } from "../names/names.ts";
import { fetchSmall, malformedAnswer } from "./fetch-small.ts";
import { commitOf } from "./resolve-commit.ts";
import type { SourceContext } from "./source-context.ts";
import { apiUrl, shownUrl } from "./source-url.ts";
import type { RepositoryPlace } from "./source-url.ts";
import { waitFor } from "./wait-for.ts";

const maxAnswerBytes = 8 * 1024 * 1024;

const releaseSchema = z.object({
  tag_name: z.string(),
  assets: z.array(z.object({ id: z.int().positive(), name: z.string(), size: z.int().min(0) })),
});

export interface ReleaseAsset {
  readonly id: number;
  readonly sizeBytes: number;
}

export interface Release {
  readonly tag: string;
  /** By name. */
  readonly assets: ReadonlyMap<string, ReleaseAsset>;
}

export function tagOf(version: Version): string {
  return `v${version}`;
}

async function readRelease(
  context: SourceContext,
  place: RepositoryPlace,
  ...key: readonly string[]
): Promise<Release | undefined> {
  const url = apiUrl(context.client.endpoints, place, "releases", ...key);
  const { status, bytes } = await fetchSmall(context, {
    url,
    accept: "application/vnd.github+json",
    maxBytes: maxAnswerBytes,
    code: "API_BAD_STATUS",
    expected: [404],
  });
  if (status === 404) return undefined;
  const release = releaseSchema.safeParse(jsonOf(bytes, url));
  if (!release.success) throw malformedAnswer(url, "no release", release.error);
  const { tag_name: tag, assets } = release.data;
  return {
    tag,
    assets: new Map(assets.map(({ id, name, size }) => [name, { id, sizeBytes: size }])),
  };
}

function jsonOf(bytes: Buffer, url: URL): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw malformedAnswer(url, "no JSON", error);
  }
}

/** The newest release that is neither a draft nor a pre-release, undefined when there is none. */
export async function latestRelease(
  context: SourceContext,
  place: RepositoryPlace,
): Promise<Release | undefined> {
  return await readRelease(context, place, "latest");
}

/** The release as it is now, undefined when it is not there or no API is configured. */
export async function currentRelease(
  context: SourceContext,
  place: RepositoryPlace,
  tag: string,
): Promise<Release | undefined> {
  if (context.client.endpoints.apiUrl === undefined) return undefined;
  return await readRelease(context, place, "tags", tag);
}

/**
 * The release `v<version>` of a manifest that was read at `commit`, undefined where no API is configured. A release that is about to
 * appear is waited for; its tag must point at that very commit, also when the commit was named by the caller: a commit of a fork can be
 * read under the name of its parent, but only the repository itself can tag it.
 */
export async function releaseOf(
  context: SourceContext,
  place: RepositoryPlace,
  version: Version,
  commit: Commit,
): Promise<Release | undefined> {
  if (context.client.endpoints.apiUrl === undefined) return undefined;
  const tag = tagOf(version);
  const release = await waitFor(context, tag, () => currentRelease(context, place, tag));
  if (release === undefined) throw notReady(context, place, tag);
  const tagCommit = await commitOf(context, place, `tags/${tag}`);
  if (tagCommit !== commit) throw commitMismatch(place, tag, commit, tagCommit);
  return release;
}

function notReady(context: SourceContext, place: RepositoryPlace, tag: string): RetryableError {
  const { owner, repository } = place;
  const url = shownUrl(apiUrl(context.client.endpoints, place, "releases", "tags", tag));
  return new RetryableError(
    "temporary",
    "RELEASE_NOT_READY",
    `${owner}/${repository} has a manifest for ${tag} but no release of it yet (${url} answered with status 404 for ${context.client.limits.releaseWaitMs} ms); try again in some minutes, or install an older tag as ${owner}/${repository}@TAG`,
    { details: { url, status: 404, tag } },
  );
}

function commitMismatch(
  { owner, repository }: RepositoryPlace,
  tag: string,
  commit: Commit,
  tagCommit: Commit | undefined,
): UserError {
  return new UserError(
    "conflict",
    "RELEASE_COMMIT_MISMATCH",
    `${owner}/${repository} released ${tag} from commit ${tagCommit ?? "(none)"}, and the manifest was read at ${commit}; install the release as it was made: ${owner}/${repository}@${tag}`,
    { details: { tag, tag_commit: tagCommit ?? null, commit } },
  );
}
