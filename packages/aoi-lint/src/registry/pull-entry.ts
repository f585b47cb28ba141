import { RetryableError, UserError } from "@aomori/protocol";
import { errnoOf, ioError } from "@aomori/system";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RegistryEntry } from "./entry.ts";
import { parseEntry } from "./parse-entry.ts";
import type { ListedEntry } from "./registry-files.ts";
import { isDigestTrue, isSignatureTrue } from "./signing.ts";

const maxEntryBytes = 4 * 1024 * 1024;
const fetchDeadlineMs = 30_000;

export interface FetchOptions {
  /** What a relative path starts from. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * The entry at a path, a `file:` URL or an `http(s):` URL, checked against itself: ENTRY_FORGED (validation) when its
 * signature or its digest is not true.
 */
export async function fetchEntry(location: string, options: FetchOptions): Promise<RegistryEntry> {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? URL.parse(location) : undefined;
  const text =
    url?.protocol === "http:" || url?.protocol === "https:"
      ? await readUrl(url, options.signal)
      : await readPath(pathOf(location, url, options.cwd));
  const entry = parseEntry(text, location);
  const wrong = isSignatureTrue(entry)
    ? isDigestTrue(entry.report)
      ? undefined
      : "digest"
    : "signature";
  if (wrong === undefined) return entry;
  throw new UserError(
    "validation",
    "ENTRY_FORGED",
    `the ${wrong} of ${location} is not true: it was changed after it was signed; get it again from whoever made it`,
    { details: { source: location } },
  );
}

/**
 * Trust on first use: an entry whose name is known must be signed by the key it was known with, or by `trustedKeyId`.
 * Throws REGISTRY_KEY_CHANGED (conflict).
 */
export function checkKey(
  entry: RegistryEntry,
  known: ListedEntry | undefined,
  trustedKeyId: string | undefined,
): "first" | "same" | "changed" {
  const given = entry.signature.key_id;
  if (trustedKeyId !== undefined && trustedKeyId !== given) {
    throw keyChanged(entry, trustedKeyId, "the key you said you trust");
  }
  if (known === undefined) return "first";
  const before = known.entry.signature.key_id;
  if (before === given) return "same";
  if (trustedKeyId === given) return "changed";
  throw keyChanged(entry, before, `the key "${entry.name}" is known with`);
}

function keyChanged(entry: RegistryEntry, expected: string, what: string): UserError {
  const { key_id } = entry.signature;
  return new UserError(
    "conflict",
    "REGISTRY_KEY_CHANGED",
    `this entry of "${entry.name}" is signed by ${key_id}, and ${what} is ${expected}; ask its maker, and add --trust-key ${key_id} if that is right`,
    { details: { name: entry.name, key_id, expected } },
  );
}

function pathOf(location: string, url: URL | null | undefined, cwd: string): string {
  if (url === undefined) return resolve(cwd, location);
  if (url?.protocol === "file:") return fileURLToPath(url);
  throw new UserError(
    "usage",
    "LOCATION_INVALID",
    `cannot pull from ${JSON.stringify(location)}; give a path, or a file:, http: or https: URL`,
  );
}

async function readPath(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxEntryBytes) throw tooLarge(path);
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw ioError(error, `cannot read ${path}`);
    throw new UserError("not_found", "ENTRY_NOT_FOUND", `there is no file ${path}`, {
      details: { path },
    });
  }
}

async function readUrl(url: URL, signal: AbortSignal): Promise<string> {
  const deadline = AbortSignal.timeout(fetchDeadlineMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, deadline]) });
    if (!response.ok) throw notServed(url, response.status);
    return await cappedText(response, url);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError || error instanceof RetryableError) throw error;
    const reason = deadline.aborted ? `no answer in ${fetchDeadlineMs} ms` : reasonOf(error);
    throw new RetryableError(
      "temporary",
      "ENTRY_UNREACHABLE",
      `cannot get ${url.href}: ${reason}; try again later, or pull a file`,
      { cause: error },
    );
  }
}

async function cappedText(response: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxEntryBytes) throw tooLarge(url.href);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function notServed(url: URL, status: number): UserError | RetryableError {
  const message = `${url.href} answered with HTTP ${status}`;
  if (status === 404 || status === 410) {
    return new UserError("not_found", "ENTRY_NOT_FOUND", `${message}; check the address`);
  }
  return status >= 500 || status === 429
    ? new RetryableError("temporary", "ENTRY_UNREACHABLE", `${message}; try again later`)
    : new UserError("io", "ENTRY_REFUSED", `${message}; check the address`);
}

/** `fetch` says "fetch failed" and keeps what happened in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function tooLarge(source: string): UserError {
  return new UserError(
    "validation",
    "ENTRY_TOO_LARGE",
    `${source} is larger than ${maxEntryBytes} bytes; that is no registry entry`,
  );
}
