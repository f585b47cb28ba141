import { UserError } from "@aomori/protocol";
import type { Commit, Ref } from "../names/names.ts";
import { commitOfRef, parseCommit } from "../names/refs.ts";
import { fetchSmall, malformedAnswer } from "./fetch-small.ts";
import type { SourceContext } from "./source-context.ts";
import { apiUrl } from "./source-url.ts";
import type { RepositoryPlace } from "./source-url.ts";

const maxAnswerBytes = 64 * 1024;

/** The commit a branch, a tag or HEAD stands for now. A whole commit id is taken as it is. */
export async function resolveCommit(
  context: SourceContext,
  place: RepositoryPlace,
  ref: Ref,
): Promise<Commit> {
  const whole = commitOfRef(ref);
  if (whole !== undefined) return whole;
  const commit = await commitOf(context, place, ref);
  if (commit !== undefined) return commit;
  const name = `${place.owner}/${place.repository}`;
  throw new UserError(
    "not_found",
    "REF_NOT_FOUND",
    `${name} has no branch, tag or commit ${JSON.stringify(ref)}; give one that it has, or none for its default branch`,
    { details: { owner: place.owner, repository: place.repository, ref } },
  );
}

/** The commit behind a name of the repository's, undefined when it has no such name. */
export async function commitOf(
  context: SourceContext,
  place: RepositoryPlace,
  ref: string,
): Promise<Commit | undefined> {
  const url = apiUrl(context.client.endpoints, place, "commits", ref);
  const { status, bytes } = await fetchSmall(context, {
    url,
    accept: "application/vnd.github.sha",
    maxBytes: maxAnswerBytes,
    code: "API_BAD_STATUS",
    expected: [404, 409, 422],
  });
  if (status === 404) throw repositoryNotFound(place, url);
  if (status === 409 || status === 422) return undefined;
  const text = bytes.toString("latin1").trim();
  try {
    return parseCommit(text);
  } catch (error) {
    throw malformedAnswer(url, "no commit id", error);
  }
}

function repositoryNotFound({ owner, repository }: RepositoryPlace, url: URL): UserError {
  return new UserError(
    "not_found",
    "REPOSITORY_NOT_FOUND",
    `${url.host} has no repository ${owner}/${repository}; check the names, or configure a token for ${url.host} if it is private`,
    { details: { owner, repository, url: url.href, status: 404 } },
  );
}
