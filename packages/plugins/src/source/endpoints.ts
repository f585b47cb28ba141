import { UserError } from "@aomori/protocol";

/** Where plugins come from, as configuration says; every address is checked when it is used first. */
export interface Endpoints {
  /** Serves `/OWNER/REPOSITORY/COMMIT/PATH`. */
  readonly rawUrl: string;
  /** Serves `/OWNER/REPOSITORY/releases/download/TAG/ASSET`. */
  readonly releasesUrl: string;
  /** Serves GitHub's REST API. A mirror without one can be used with whole commit ids only, and no tag is compared. */
  readonly apiUrl?: string | undefined;
  /** `http://` or `https://`, with a user and password if it wants them. */
  readonly proxyUrl?: string | undefined;
  /** By host, with the port where it is not the scheme's own. A token goes to its host and nowhere else. */
  readonly tokens: Readonly<Record<string, string>>;
}

export const gitHubEndpoints: Endpoints = {
  rawUrl: "https://raw.githubusercontent.com",
  releasesUrl: "https://github.com",
  apiUrl: "https://api.github.com",
  tokens: {},
};

const loopbackHosts = ["127.0.0.1", "[::1]", "localhost"];

export function isLoopback(url: URL): boolean {
  return loopbackHosts.includes(url.hostname);
}

/** True where nobody on the way can read or change what is sent. */
export function isPrivateTransport(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

/** A base address of the configuration: https, or http on loopback, and nothing behind the path. */
export function parseBase(text: string, name: string): URL {
  const url = URL.parse(text);
  const problem =
    url === null
      ? "is no URL"
      : !isPrivateTransport(url)
        ? "is neither https nor http on loopback"
        : url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== ""
          ? "has a user, a query or a fragment"
          : undefined;
  if (url !== null && problem === undefined) return url;
  throw invalidEndpoint(`${name} ${JSON.stringify(text)} ${problem}`);
}

/** The proxy's address; a message about it never holds its password. */
export function parseProxy(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw invalidEndpoint("proxy URL is no URL");
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw invalidEndpoint(`proxy URL begins with ${url.protocol}, not http: or https:`);
}

function invalidEndpoint(problem: string): UserError {
  return new UserError(
    "config",
    "PLUGIN_ENDPOINT_INVALID",
    `the configured ${problem}; correct it in the configuration`,
  );
}
