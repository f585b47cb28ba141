import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { RetryableError, TerminalError } from "@aomori/protocol";
import { ioError } from "@aomori/system";
import type { Sha256 } from "../names/names.ts";
import { isSha256 } from "../integrity/sha256.ts";
import { decodedBody, tooLarge } from "./fetch-small.ts";
import { withRetries } from "./retry.ts";
import type { SourceResponse } from "./source-client.ts";
import type { SourceContext } from "./source-context.ts";
import { badStatus, transportError } from "./source-error.ts";
import type { BadStatusCode } from "./source-error.ts";
import { shownUrl } from "./source-url.ts";

export interface DownloadRequest {
  readonly url: URL;
  readonly accept: string;
  /** Made by this download, and gone again when it fails. */
  readonly file: string;
  readonly maxBytes: number;
  /** As the release says; a file of another length is refused. */
  readonly expectedBytes: number | undefined;
  readonly code: BadStatusCode;
}

export interface Downloaded {
  /** As asked for, not where a redirect led. */
  readonly url: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** What has arrived so far, over all attempts. */
interface Partial {
  readonly file: FileHandle;
  hash: Hash;
  receivedBytes: number;
  /** A strong validator of the content that was begun. */
  etag: string | undefined;
  totalBytes: number | undefined;
}

/** Streams a file to disk and hashes it on the way; a connection that breaks is taken up where it broke while the content is the same. */
export async function download(
  context: SourceContext,
  wanted: DownloadRequest,
): Promise<Downloaded> {
  const doing = `cannot write ${wanted.file}`;
  const file = await open(wanted.file, "wx", 0o600).catch((error: unknown) => {
    throw ioError(error, doing);
  });
  let done = false;
  try {
    const partial: Partial = { file, ...nothing() };
    await withRetries(context, wanted.url, (signal) => attempt(context, wanted, partial, signal));
    const sha256 = partial.hash.digest("hex");
    if (!isSha256(sha256)) throw new TypeError("sha256 is no sha256");
    done = true;
    return { url: wanted.url.href, sha256, sizeBytes: partial.receivedBytes };
  } finally {
    await file.close();
    if (!done) await rm(wanted.file, { force: true });
  }
}

function nothing(): Omit<Partial, "file"> {
  return { hash: createHash("sha256"), receivedBytes: 0, etag: undefined, totalBytes: undefined };
}

async function attempt(
  context: SourceContext,
  wanted: DownloadRequest,
  partial: Partial,
  signal: AbortSignal,
): Promise<void> {
  const response = await context.client.get(wanted.url, requestHeaders(wanted, partial), signal);
  if (response.status === 416) {
    await response.body.dump();
    await restart(partial, undefined);
    throw interrupted(wanted.url, partial, "the server has no more of it");
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body.dump();
    throw badStatus(wanted.code, response);
  }
  try {
    await begin(response, partial);
    await receive(context, wanted, response, partial, signal);
  } catch (error) {
    response.body.destroy();
    signal.throwIfAborted();
    throw bodyError(error, wanted.url, partial);
  }
  checkLength(wanted, partial);
}

/** A connection that breaks in the body is a download cut short; its code says so, its cause says why. */
function bodyError(error: unknown, url: URL, partial: Partial): unknown {
  const typed = transportError(error, url);
  if (!(typed instanceof RetryableError) || typed.code !== "SOURCE_UNREACHABLE") return typed;
  return interrupted(url, partial, "the connection broke", error);
}

function requestHeaders(
  { accept }: DownloadRequest,
  { receivedBytes, etag }: Partial,
): Readonly<Record<string, string>> {
  if (receivedBytes === 0 || etag === undefined) return { accept };
  return { accept, range: `bytes=${receivedBytes}-`, "if-range": etag };
}

/** Goes on where the last attempt ended if the answer is the rest of the same content, and from the beginning if not. */
async function begin(response: SourceResponse, partial: Partial): Promise<void> {
  const { headers } = response;
  const plain = (headers["content-encoding"] ?? "identity") === "identity";
  const length = Number(headers["content-length"] ?? Number.NaN);
  if (response.status === 206) {
    const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(String(headers["content-range"]));
    const fits =
      plain &&
      Number(match?.[1]) === partial.receivedBytes &&
      (partial.totalBytes === undefined || Number(match?.[2]) === partial.totalBytes);
    if (fits) {
      partial.totalBytes = Number(match?.[2]);
      return;
    }
    await restart(partial, undefined);
    throw interrupted(response.url, partial, "the server sent another part than was asked for");
  }
  await restart(partial, plain && Number.isSafeInteger(length) ? length : undefined);
  const etag = headers["etag"];
  if (plain && typeof etag === "string" && etag.startsWith('"')) partial.etag = etag;
}

async function restart(partial: Partial, totalBytes: number | undefined): Promise<void> {
  if (partial.receivedBytes > 0) await partial.file.truncate(0);
  Object.assign(partial, nothing());
  partial.totalBytes = totalBytes;
}

async function receive(
  context: SourceContext,
  wanted: DownloadRequest,
  response: SourceResponse,
  partial: Partial,
  signal: AbortSignal,
): Promise<void> {
  const { maxBytes, url, file } = wanted;
  const { totalBytes } = partial;
  if ((totalBytes ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
  for await (const chunk of decodedBody(response)) {
    signal.throwIfAborted();
    if (partial.receivedBytes + chunk.length > maxBytes) throw tooLarge(url, maxBytes);
    await writeAll(partial, chunk).catch((error: unknown) => {
      throw ioError(error, `cannot write ${file}`);
    });
    partial.hash.update(chunk);
    partial.receivedBytes += chunk.length;
    const { receivedBytes } = partial;
    context.onProgress?.({ kind: "downloading", url: shownUrl(url), receivedBytes, totalBytes });
  }
}

/** By position: what an attempt left unhashed behind `receivedBytes` is written over. */
async function writeAll({ file, receivedBytes }: Partial, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const left = chunk.length - written;
    written += (await file.write(chunk, written, left, receivedBytes + written)).bytesWritten;
  }
}

function checkLength({ url, expectedBytes }: DownloadRequest, partial: Partial): void {
  const { receivedBytes, totalBytes } = partial;
  const toldBytes = totalBytes ?? expectedBytes;
  if (toldBytes !== undefined && receivedBytes < toldBytes) {
    throw interrupted(url, partial, `${receivedBytes} of ${toldBytes} bytes came`);
  }
  if (expectedBytes === undefined || receivedBytes === expectedBytes) return;
  throw new TerminalError(
    "validation",
    "DOWNLOAD_LENGTH_MISMATCH",
    `${shownUrl(url)} has ${receivedBytes} bytes, its release says ${expectedBytes}; nothing of it was kept, try again once the release is settled`,
    {
      details: { url: shownUrl(url), received_bytes: receivedBytes, expected_bytes: expectedBytes },
    },
  );
}

function interrupted(url: URL, partial: Partial, why: string, cause?: unknown): RetryableError {
  return new RetryableError(
    "temporary",
    "DOWNLOAD_TRUNCATED",
    `${shownUrl(url)} ended early: ${why}; check the network, or try again`,
    { cause, details: { url: shownUrl(url), received_bytes: partial.receivedBytes } },
  );
}
