import { TerminalError } from "@aomori/protocol";
import { createGunzip } from "node:zlib";
import { badStatus, transportError } from "./source-error.ts";
import type { BadStatusCode } from "./source-error.ts";
import { withRetries } from "./retry.ts";
import type { SourceResponse } from "./source-client.ts";
import type { SourceContext } from "./source-context.ts";
import { shownUrl } from "./source-url.ts";

export interface SmallFile {
  readonly status: number;
  readonly bytes: Buffer;
}

export interface SmallRequest {
  readonly url: URL;
  readonly accept: string;
  readonly maxBytes: number;
  readonly code: BadStatusCode;
  /** Statuses the caller decides about; any other that is no success is thrown. */
  readonly expected: readonly number[];
}

/** The body as it is meant: unpacked where the server packed it though nobody asked. */
export function decodedBody(response: SourceResponse): AsyncIterable<Uint8Array> {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return response.body;
  if (encoding === "gzip") {
    const gunzip = createGunzip();
    response.body.on("error", (error) => gunzip.destroy(error));
    return response.body.pipe(gunzip);
  }
  throw malformedAnswer(response.url, `an answer in the encoding ${JSON.stringify(encoding)}`);
}

export function malformedAnswer(url: URL, what: string, cause?: unknown): TerminalError {
  return new TerminalError(
    "io",
    "SOURCE_MALFORMED",
    `${shownUrl(url)} gave ${what}; check the configured addresses`,
    { cause, details: { url: shownUrl(url) } },
  );
}

export function tooLarge(url: URL, maxBytes: number): TerminalError {
  return new TerminalError(
    "validation",
    "DOWNLOAD_TOO_LARGE",
    `${shownUrl(url)} has over ${maxBytes} bytes, the limit for it; nothing of it was kept`,
    { details: { url: shownUrl(url), max_bytes: maxBytes } },
  );
}

/** A file that fits in memory, whole or not at all. */
export async function fetchSmall(context: SourceContext, wanted: SmallRequest): Promise<SmallFile> {
  return await withRetries(context, wanted.url, async (signal) => {
    const response = await context.client.get(wanted.url, { accept: wanted.accept }, signal);
    const { status } = response;
    const settled = (status >= 200 && status < 300) || wanted.expected.includes(status);
    if (!settled || response.rateLimited) {
      await response.body.dump();
      throw badStatus(wanted.code, response);
    }
    try {
      return { status, bytes: await readAll(response, wanted.maxBytes) };
    } catch (error) {
      signal.throwIfAborted();
      throw transportError(error, response.url);
    }
  });
}

async function readAll(response: SourceResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const chunk of decodedBody(response)) {
    receivedBytes += chunk.length;
    if (receivedBytes > maxBytes) throw tooLarge(response.url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
