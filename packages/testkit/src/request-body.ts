import type { IncomingMessage } from "node:http";
import { WireError } from "./wire-error.ts";

/** The services' own limit on a request. */
const mostBytes = 32 * 1024 * 1024;

/** Reads a JSON body; throws a refusal (400, 413) for what is none. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > mostBytes) {
      throw new WireError(413, `Request exceeds the maximum size of ${mostBytes} bytes.`);
    }
    chunks.push(bytes);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WireError(400, `The request body is not valid JSON: ${reason}`);
  }
}
