import { TerminalError, UserError } from "@aomori/protocol";
import { Agent, ProxyAgent, request } from "undici";
import type { Dispatcher } from "undici";
import { isLoopback, isPrivateTransport, parseProxy } from "./endpoints.ts";
import type { Endpoints } from "./endpoints.ts";
import { requestedPauseMs, transportError } from "./source-error.ts";
import type { StatusFacts } from "./source-error.ts";
import { shownUrl } from "./source-url.ts";
import { defaultTransferLimits } from "./transfer-limits.ts";
import type { TransferLimits } from "./transfer-limits.ts";

export interface SourceResponse extends StatusFacts {
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: Dispatcher.ResponseData["body"];
}

const redirectStatuses = [302, 303, 307];
/** GitHub answers so for a repository that was renamed or given to another owner. */
const movedStatuses = [301, 308];

/** Asks the configured hosts, one connection pool for all. Close it when the operation is over. */
export class SourceClient {
  readonly endpoints: Endpoints;
  readonly limits: TransferLimits;
  readonly #dispatcher: Dispatcher;

  constructor(endpoints: Endpoints, limits: TransferLimits = defaultTransferLimits) {
    this.endpoints = endpoints;
    this.limits = limits;
    const options = {
      headersTimeout: limits.headersTimeoutMs,
      bodyTimeout: limits.idleTimeoutMs,
      connect: { timeout: limits.connectTimeoutMs },
    };
    this.#dispatcher =
      endpoints.proxyUrl === undefined
        ? new Agent(options)
        : new ProxyAgent({
            ...options,
            uri: parseProxy(endpoints.proxyUrl).href,
            requestTls: options.connect,
          });
  }

  /**
   * One GET, redirects followed by hand, except the one of what has moved for good: who allowed the old owner has not allowed the new one. The caller reads or destroys the body. The token of the first host goes along only while the origin
   * stays the same; no other token is sent after a redirect.
   */
  async get(
    start: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<SourceResponse> {
    let url = start;
    for (let hops = 0; ; hops += 1) {
      const response = await this.#once(url, url.origin === start.origin, headers, signal);
      const location = response.headers["location"];
      const isRedirect = redirectStatuses.includes(response.status);
      const isMoved = movedStatuses.includes(response.status);
      if ((!isRedirect && !isMoved) || typeof location !== "string") return response;
      await response.body.dump();
      if (isMoved) throw moved(url, location);
      if (hops >= this.limits.maxRedirects) throw tooManyRedirects(start, this.limits.maxRedirects);
      url = redirectTarget(url, location);
    }
  }

  async #once(
    url: URL,
    withToken: boolean,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<SourceResponse> {
    const token = withToken ? this.#tokenFor(url) : undefined;
    try {
      const response = await request(url, {
        dispatcher: this.#dispatcher,
        signal,
        headers: {
          "user-agent": "aomori",
          "accept-encoding": "identity",
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
      const retryAfterMs = requestedPauseMs(response.headers, Date.now());
      const refused = response.statusCode === 403 || response.statusCode === 429;
      const rateLimited = response.statusCode === 429 || (refused && retryAfterMs !== undefined);
      const { headers: fields, body, statusCode: status } = response;
      return { url, status, headers: fields, body, retryAfterMs, rateLimited };
    } catch (error) {
      signal.throwIfAborted();
      throw transportError(error, url);
    }
  }

  hasToken(url: URL): boolean {
    return this.#tokenFor(url) !== undefined;
  }

  #tokenFor(url: URL): string | undefined {
    if (!isPrivateTransport(url) || !Object.hasOwn(this.endpoints.tokens, url.host))
      return undefined;
    return this.endpoints.tokens[url.host];
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A redirect may not leave what protects the connection: http is for loopback, and reached from loopback only. */
function redirectTarget(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  const allowed =
    to !== null &&
    (to.protocol === "https:" || (to.protocol === "http:" && isLoopback(to) && isLoopback(from)));
  if (allowed) return to;
  const where = to === null ? JSON.stringify(location.slice(0, 200)) : shownUrl(to);
  throw new TerminalError(
    "io",
    "REDIRECT_REFUSED",
    `${shownUrl(from)} redirects to ${where}, which is not https; nothing was fetched from there`,
    { details: { url: shownUrl(from) } },
  );
}

function moved(from: URL, location: string): UserError {
  const to = URL.parse(location, from.href);
  const where = to === null ? JSON.stringify(location.slice(0, 200)) : shownUrl(to);
  return new UserError(
    "conflict",
    "SOURCE_MOVED",
    `${shownUrl(from)} has moved for good to ${where}: the repository was renamed or has another owner; install it under its new name if you trust that`,
    { details: { url: shownUrl(from), location: where } },
  );
}

function tooManyRedirects(url: URL, maxRedirects: number): TerminalError {
  return new TerminalError(
    "io",
    "REDIRECT_LIMIT",
    `${shownUrl(url)} redirects more than ${maxRedirects} times; check the configured addresses`,
    { details: { url: shownUrl(url) } },
  );
}
