import { TerminalError, UserError } from "@aomori/protocol";
import type { AssetName, Commit, Owner, Repository } from "../names/names.ts";
import { parseBase } from "./endpoints.ts";
import type { Endpoints } from "./endpoints.ts";

export interface RepositoryPlace {
  readonly owner: Owner;
  readonly repository: Repository;
}

/**
 * The base with these segments behind its path, each encoded. The result is read again and must have the base's origin and exactly these
 * segments: a segment that a URL parser would fold away (`..`) is refused though its name was parsed.
 */
function joinUrl(base: URL, segments: readonly string[]): URL {
  const prefix = base.pathname.replace(/\/+$/, "");
  const url = new URL(base);
  url.pathname = `${prefix}/${segments.map(encodeURIComponent).join("/")}`;
  const read = url.pathname.slice(prefix.length + 1).split("/");
  const same =
    url.origin === base.origin &&
    url.pathname.startsWith(`${prefix}/`) &&
    read.length === segments.length &&
    read.every(
      (segment, index) => segment !== "" && decodeURIComponent(segment) === segments[index],
    );
  if (same) return url;
  throw new TerminalError(
    "validation",
    "SOURCE_URL_REFUSED",
    `${JSON.stringify(segments.join("/"))} cannot be asked of ${base.origin}: it would become ${url.pathname}`,
  );
}

export function rawUrl(
  endpoints: Endpoints,
  { owner, repository }: RepositoryPlace,
  commit: Commit,
  fileName: string,
): URL {
  return joinUrl(parseBase(endpoints.rawUrl, "raw URL"), [owner, repository, commit, fileName]);
}

export function assetUrl(
  endpoints: Endpoints,
  { owner, repository }: RepositoryPlace,
  tag: string,
  asset: AssetName,
): URL {
  const base = parseBase(endpoints.releasesUrl, "releases URL");
  return joinUrl(base, [owner, repository, "releases", "download", tag, asset]);
}

/** An address of the REST API; throws API_NOT_CONFIGURED where there is none. */
export function apiUrl(
  endpoints: Endpoints,
  { owner, repository }: RepositoryPlace,
  ...rest: readonly string[]
): URL {
  if (endpoints.apiUrl === undefined) {
    throw new UserError(
      "config",
      "API_NOT_CONFIGURED",
      `${owner}/${repository} cannot be looked up: no API URL is configured; give a whole commit id, or configure one`,
    );
  }
  return joinUrl(parseBase(endpoints.apiUrl, "API URL"), ["repos", owner, repository, ...rest]);
}

/** For messages: without the query, which may hold a signature. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
