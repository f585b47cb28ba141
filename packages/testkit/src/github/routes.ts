import { createHash } from "node:crypto";
import type { Answer } from "./answer.ts";
import { apiRefusal, redirectAnswer, sizeOf, textAnswer } from "./answer.ts";
import type { GitHubOrigin } from "./fault.ts";
import { signatureOf, signedAssetUrl, visibleRepository } from "./github-state.ts";
import type { GitHubState, RouteRequest } from "./github-state.ts";
import type { AssetContent } from "./hosted-repository.ts";
import { answerApi } from "./api-routes.ts";

function etagOf(content: AssetContent): string {
  const seed = content instanceof Uint8Array ? content : `${content.sizeBytes} of ${content.byte}`;
  return `"${createHash("sha256").update(seed).digest("hex").slice(0, 32)}"`;
}

function fileAnswer(content: AssetContent, contentType: string): Answer {
  const headers = {
    "content-type": contentType,
    etag: etagOf(content),
    "accept-ranges": "bytes",
    "content-length": String(sizeOf(content)),
  };
  return { status: 200, headers, body: content, ranges: true };
}

function answerRaw(state: GitHubState, request: RouteRequest): Answer {
  const [owner = "", name = "", ref = "", ...path] = request.segments;
  const repository = visibleRepository(state, owner, name, request.authorization);
  const commit = repository?.resolve(ref);
  const file = commit === undefined ? undefined : repository?.file(commit, path.join("/"));
  if (file === undefined) return textAnswer(404, "404: Not Found");
  return fileAnswer(file, "text/plain; charset=utf-8");
}

/** The page of the browser knows no tokens: assets of a private repository are not there. */
function answerRelease(state: GitHubState, request: RouteRequest): Answer {
  const [owner = "", name = "", releases, download, tag, assetName = ""] = request.segments;
  const repository = state.find(owner, name);
  if (releases !== "releases" || download !== "download" || repository?.tokens !== undefined) {
    return textAnswer(404, "Not Found");
  }
  const release = repository?.releases.find((one) => one.tag === tag);
  const asset = release?.isVisible() === true ? release.assets.get(assetName) : undefined;
  if (asset?.isVisible() !== true) return textAnswer(404, "Not Found");
  return redirectAnswer(signedAssetUrl(state, asset));
}

/** The store takes one proof of who asks: the signature. A token beside it is refused. */
function answerAsset(state: GitHubState, request: RouteRequest): Answer {
  const asset = state.assetById(Number(request.segments[1]));
  if (request.authorization !== undefined) {
    return textAnswer(400, "<Error><Code>InvalidArgument</Code></Error>", "application/xml");
  }
  if (asset === undefined || request.query.get("sig") !== signatureOf(asset.id)) {
    return textAnswer(403, "<Error><Code>AccessDenied</Code></Error>", "application/xml");
  }
  return fileAnswer(asset.nextContent(), "application/octet-stream");
}

export function answerRequest(
  origin: GitHubOrigin,
  state: GitHubState,
  request: RouteRequest,
): Answer {
  switch (origin) {
    case "raw":
      return answerRaw(state, request);
    case "releases":
      return answerRelease(state, request);
    case "assets":
      return answerAsset(state, request);
    case "api":
      return answerApi(state, request) ?? apiRefusal(404, "Not Found");
  }
}
