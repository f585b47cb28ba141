import type { Answer } from "./answer.ts";
import { apiRefusal, jsonAnswer, redirectAnswer, sizeOf, textAnswer } from "./answer.ts";
import type { HostedAsset, HostedRelease, HostedRepository } from "./hosted-repository.ts";
import { signedAssetUrl, tokenOf, visibleRepository } from "./github-state.ts";
import type { GitHubState, RouteRequest } from "./github-state.ts";

const publishedAt = "2026-01-01T00:00:00Z";

/** The answer of the REST API; undefined stands for its 404. */
export function answerApi(state: GitHubState, request: RouteRequest): Answer | undefined {
  const token = tokenOf(request.authorization);
  if (token !== undefined && !state.knowsToken(token)) return apiRefusal(401, "Bad credentials");
  const [repos, owner = "", name = "", resource, ...rest] = request.segments;
  if (repos !== "repos") return undefined;
  const repository = visibleRepository(state, owner, name, request.authorization);
  if (repository === undefined) return undefined;
  const base = `${state.urls.api}/repos/${repository.owner}/${repository.name}`;
  if (resource === undefined) return jsonAnswer(200, repositoryBody(repository, base));
  if (resource === "commits") return answerCommit(repository, base, rest.join("/"), request.accept);
  if (resource !== "releases") return undefined;
  const [kind, ...key] = rest;
  if (kind === "assets")
    return answerAsset(state, repository, base, Number(key[0]), request.accept);
  const wanted = releaseOf(repository, kind, key.join("/"));
  if (wanted?.isVisible() !== true) return undefined;
  return jsonAnswer(200, releaseBody(state, repository, base, wanted));
}

function releaseOf(
  { releases }: HostedRepository,
  kind: string | undefined,
  tag: string,
): HostedRelease | undefined {
  if (kind === "latest") return releases.at(-1);
  return kind === "tags" ? releases.find((release) => release.tag === tag) : undefined;
}

function repositoryBody(repository: HostedRepository, url: string): Record<string, unknown> {
  return {
    id: repository.id,
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.tokens !== undefined,
    owner: { login: repository.owner, type: "Organization" },
    url,
    default_branch: repository.defaultBranch,
  };
}

function answerCommit(
  repository: HostedRepository,
  base: string,
  ref: string,
  accept: string,
): Answer {
  const sha = repository.resolve(ref);
  if (sha === undefined) return apiRefusal(422, `No commit found for SHA: ${ref}`);
  if (/application\/vnd\.github\.(?:v3\.)?sha/.test(accept)) {
    return textAnswer(200, sha, "application/vnd.github.sha");
  }
  const commit = { message: "Change files", tree: { sha } };
  return jsonAnswer(200, { sha, url: `${base}/commits/${sha}`, commit, parents: [] });
}

/** `application/octet-stream` asks for the bytes, anything else for what is known of them. */
function answerAsset(
  state: GitHubState,
  repository: HostedRepository,
  base: string,
  id: number,
  accept: string,
): Answer | undefined {
  const asset = repository.assetById(id);
  const release = repository.releases.find(({ assets }) => assets.get(asset?.name ?? "") === asset);
  if (asset === undefined || release === undefined) return undefined;
  if (accept.includes("application/octet-stream")) {
    return redirectAnswer(signedAssetUrl(state, asset));
  }
  return jsonAnswer(200, assetBody(state, repository, base, release, asset));
}

function assetBody(
  state: GitHubState,
  repository: HostedRepository,
  base: string,
  release: HostedRelease,
  asset: HostedAsset,
): Record<string, unknown> {
  const page = `${state.urls.releases}/${repository.owner}/${repository.name}/releases`;
  return {
    url: `${base}/releases/assets/${asset.id}`,
    id: asset.id,
    name: asset.name,
    label: null,
    state: "uploaded",
    content_type: "application/octet-stream",
    size: sizeOf(asset.content),
    download_count: 0,
    created_at: publishedAt,
    updated_at: publishedAt,
    browser_download_url: `${page}/download/${release.tag}/${asset.name}`,
  };
}

function releaseBody(
  state: GitHubState,
  repository: HostedRepository,
  base: string,
  release: HostedRelease,
): Record<string, unknown> {
  const assets = [...release.assets.values()].filter((asset) => asset.isVisible());
  return {
    url: `${base}/releases/${release.id}`,
    id: release.id,
    tag_name: release.tag,
    target_commitish: repository.defaultBranch,
    name: release.tag,
    draft: false,
    prerelease: false,
    created_at: publishedAt,
    published_at: publishedAt,
    assets: assets.map((asset) => assetBody(state, repository, base, release, asset)),
    body: "",
  };
}
