import { UserError } from "@aomori/protocol";

const loopbackNames: readonly string[] = ["127.0.0.1", "localhost", "::1"];

/** True for a host a server can bind that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return loopbackNames.includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a `Host` header or an origin, without port and brackets. */
function hostName(authority: string): string | undefined {
  const url = URL.parse(`http://${authority}`);
  return url?.hostname.replace(/^\[|\]$/g, "");
}

/**
 * Refuses what a web page could make a browser send to a server on loopback: a `Host` that is not a loopback
 * name (DNS rebinding), or an `Origin` that is not the server itself.
 */
export function refuseForeignPages(
  host: string | undefined,
  origin: string | undefined,
  onLoopback: boolean,
): void {
  if (onLoopback) {
    const name = host === undefined ? undefined : hostName(host);
    if (name === undefined || !isLoopback(name)) {
      throw new UserError(
        "authz",
        "HOST_NOT_ALLOWED",
        `this server answers on loopback only, not as ${host ?? "a host without a name"}; use http://127.0.0.1`,
      );
    }
  }
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw new UserError(
      "authz",
      "ORIGIN_NOT_ALLOWED",
      `pages of ${origin.slice(0, 200)} may not call this server; only its own may`,
    );
  }
}
