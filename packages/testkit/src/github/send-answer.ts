import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Answer } from "./answer.ts";
import { apiRefusal, redirectAnswer, sizeOf } from "./answer.ts";
import type { GitHubFault } from "./fault.ts";
import type { AssetContent } from "./hosted-repository.ts";

const chunkBytes = 64 * 1024;

function slice(content: AssetContent, from: number, to: number): Uint8Array {
  if (content instanceof Uint8Array) return content.subarray(from, to);
  return Buffer.alloc(Math.max(0, Math.min(to, content.sizeBytes) - from), content.byte);
}

/** What a fault answers in the route's place; undefined where it spoils the route's own answer. */
export function faultAnswer(
  fault: GitHubFault | undefined,
  request: IncomingMessage,
): Answer | undefined {
  switch (fault?.kind) {
    case "status": {
      const answer = apiRefusal(fault.status, `Refused with status ${fault.status}`);
      return { ...answer, headers: { ...answer.headers, ...fault.headers } };
    }
    case "rate_limit": {
      const answer = apiRefusal(fault.status, "API rate limit exceeded");
      const { retryAfterSeconds, resetAtSeconds } = fault;
      const headers: Record<string, string> = { ...answer.headers, "x-ratelimit-limit": "60" };
      headers["x-ratelimit-remaining"] = "0";
      if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
      if (resetAtSeconds !== undefined) headers["x-ratelimit-reset"] = String(resetAtSeconds);
      return { ...answer, headers };
    }
    case "redirect":
      return { ...redirectAnswer(fault.location), status: fault.status ?? 302 };
    case "redirect_loop":
      return redirectAnswer(request.url ?? "/");
    default:
      return undefined;
  }
}

/** Applies `Range` and `If-Range` (RFC 9110, 13.1.5 and 14.2): one range of the form `bytes=N-`, else the whole. */
function ranged(
  answer: Answer,
  request: IncomingMessage,
  ignore: boolean,
): Answer & { from: number } {
  const whole = { ...answer, from: 0 };
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  if (match === null || !answer.ranges || ignore) return whole;
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== answer.headers["etag"]) return whole;
  const from = Number(match[1]);
  const sizeBytes = sizeOf(answer.body);
  const last = sizeBytes - 1;
  if (from > last) {
    const headers = { "content-range": `bytes */${sizeBytes}`, "content-length": "0" };
    return { status: 416, headers, body: Buffer.alloc(0), ranges: false, from: 0 };
  }
  const headers = {
    ...answer.headers,
    "content-range": `bytes ${from}-${last}/${sizeBytes}`,
    "content-length": String(sizeBytes - from),
  };
  return { ...answer, status: 206, headers, from };
}

/** Sends an answer with what the fault makes of it; returns once the last byte that is to go has gone. */
export async function sendAnswer(
  answer: Answer,
  fault: GitHubFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (fault?.kind === "drop" && fault.afterBytes < 0) {
    response.destroy();
    return;
  }
  if (fault?.kind === "delay") await delay(fault.delayMs);
  const { status, headers, body, from } = ranged(
    spoiled(answer, fault),
    request,
    fault?.kind === "ignore_range",
  );
  const length = fault?.kind === "length" ? fault.sizeBytes : sizeOf(body) - from;
  const lengthHeader = fault?.kind === "shorten" ? {} : { "content-length": String(length) };
  const { "content-length": _, ...others } = headers;
  response.strictContentLength = false;
  response.writeHead(status, { ...others, ...lengthHeader });
  await sendBody(body, from, fault, response);
}

function spoiled(answer: Answer, fault: GitHubFault | undefined): Answer {
  if (fault?.kind === "body") return { ...answer, body: fault.body };
  if (fault?.kind !== "gzip") return answer;
  const body = gzipSync(slice(answer.body, 0, sizeOf(answer.body)));
  return { ...answer, body, headers: { ...answer.headers, "content-encoding": "gzip" } };
}

async function sendBody(
  body: AssetContent,
  from: number,
  fault: GitHubFault | undefined,
  response: ServerResponse,
): Promise<void> {
  const stopsEarly =
    fault?.kind === "stall" ||
    fault?.kind === "drop" ||
    fault?.kind === "truncate" ||
    fault?.kind === "shorten";
  const end = stopsEarly ? Math.min(sizeOf(body), from + fault.afterBytes) : sizeOf(body);
  const step = fault?.kind === "slow" ? fault.chunkBytes : chunkBytes;
  for (let at = from; at < end && !response.destroyed; at += step) {
    const more = response.write(slice(body, at, Math.min(end, at + step)));
    if (fault?.kind === "slow") await delay(fault.everyMs);
    if (!more) await drained(response);
  }
  switch (fault?.kind) {
    case "stall":
      response.flushHeaders();
      return;
    case "drop":
      response.flushHeaders();
      response.socket?.resetAndDestroy();
      return;
    case "truncate":
      response.flushHeaders();
      response.socket?.end();
      return;
    default:
      response.end();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.once("drain", settle);
    response.once("close", settle);
  });
}
