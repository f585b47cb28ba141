import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { frameText } from "./frames.ts";
import type { WireReply } from "./frames.ts";
import type { FaultKind } from "./scenario.ts";

/** Says on every answer that its token counts are estimates. */
const usageHeader = { "aomori-usage": "estimated" };

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(response, status, JSON.stringify(body), headers);
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...usageHeader,
    ...headers,
  });
  response.end(text);
}

/** Breaks one line in the middle of a stream, so that what came before it is well formed. */
function spoil(texts: readonly string[]): string[] {
  const middle = Math.floor(texts.length / 2);
  return texts.map((text, index) =>
    index === middle ? `${text.trimEnd().slice(0, -2)}\n\n` : text,
  );
}

async function sendStream(
  response: ServerResponse,
  reply: WireReply,
  options: { readonly fault: FaultKind | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { fault, signal } = options;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...usageHeader,
  });
  const plain = reply.frames.map(frameText);
  const texts = fault?.kind === "malformed" ? spoil(plain) : plain;
  const sent = fault?.kind === "drop" ? texts.slice(0, fault.after_events) : texts;
  for (const text of sent) {
    signal.throwIfAborted();
    if (!response.write(text)) await once(response, "drain", { signal });
  }
  if (fault?.kind === "drop") await flushAndDrop(response);
  else response.end();
}

/** What was written reaches the client before the socket goes. */
async function flushAndDrop(response: ServerResponse): Promise<void> {
  const { socket } = response;
  response.flushHeaders();
  await new Promise((resolve) => setImmediate(resolve));
  socket?.destroySoon();
}

/** Sends a reply whole or as a stream, spoiled as the fault says. */
export async function sendReply(
  response: ServerResponse,
  stream: boolean,
  reply: WireReply,
  options: { readonly fault: FaultKind | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { fault } = options;
  if (fault?.kind === "drop" && fault.after_events === 0) {
    response.socket?.destroy();
    return;
  }
  if (stream) return await sendStream(response, reply, options);
  const text = JSON.stringify(reply.body);
  const half = text.slice(0, Math.ceil(text.length / 2));
  if (fault?.kind === "malformed") return sendText(response, 200, half);
  if (fault?.kind !== "drop") return sendText(response, 200, text);
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.write(half);
  await flushAndDrop(response);
}
