import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Transport, TransportRequest, TransportResponse } from "./transport.ts";

/** TLS costs start-up time, so it is loaded by the first `https:` URL. */
function requesterFor(url: string): typeof httpRequest {
  return url.startsWith("https:") ? process.getBuiltinModule("node:https").request : httpRequest;
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<string> {
  message.setEncoding("utf8");
  try {
    for await (const chunk of message) yield String(chunk);
  } finally {
    message.destroy();
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of chunksOf(message)) text += chunk;
  return text;
}

function responseOf(message: IncomingMessage): TransportResponse {
  return {
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    text: () => textOf(message),
    chunks: () => chunksOf(message),
  };
}

function open({
  method,
  url,
  headers,
  body,
  signal,
}: TransportRequest): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    requesterFor(url)(url, { method, headers: { ...headers, ...length }, signal })
      .on("response", (message) => resolve(responseOf(message)))
      .on("error", reject)
      .end(body);
  });
}

/** A transport over `node:http`, which starts faster than `fetch`. */
export function createNodeTransport(): Transport {
  return open;
}
