import { createHash } from "node:crypto";
import type { GitHubOrigin } from "./fault.ts";
import type { HostedAsset, HostedRepository } from "./hosted-repository.ts";

export interface RouteRequest {
  /** Decoded segments of the path. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly authorization: string | undefined;
}

export interface GitHubState {
  readonly urls: Readonly<Record<GitHubOrigin, string>>;
  readonly find: (owner: string, name: string) => HostedRepository | undefined;
  /** Issued at all, for whatever repository. */
  readonly knowsToken: (token: string) => boolean;
  readonly assetById: (id: number) => HostedAsset | undefined;
}

/** `Bearer T` and `token T` are the same to GitHub. */
export function tokenOf(authorization: string | undefined): string | undefined {
  return /^(?:bearer|token) (.+)$/i.exec(authorization ?? "")?.[1];
}

/** What may not be seen is not there: a private repository answers as a missing one. */
export function visibleRepository(
  state: GitHubState,
  owner: string,
  name: string,
  authorization: string | undefined,
): HostedRepository | undefined {
  const repository = state.find(owner, name);
  if (repository?.tokens === undefined) return repository;
  const token = tokenOf(authorization);
  return token !== undefined && repository.tokens.has(token) ? repository : undefined;
}

/** A link to the store of assets is signed, so it needs no token and works for who has it. */
export function signatureOf(id: number): string {
  return createHash("sha256").update(`asset ${id}`).digest("hex").slice(0, 16);
}

export function signedAssetUrl(state: GitHubState, { id, name }: HostedAsset): string {
  const query = new URLSearchParams({
    sig: signatureOf(id),
    "response-content-disposition": `attachment; filename=${name}`,
  });
  return `${state.urls.assets}/release-assets/${id}?${query.toString()}`;
}
