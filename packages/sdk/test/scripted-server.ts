import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Script = (
  request: SeenRequest,
  response: ServerResponse,
  count: number,
) => void | Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
}

/** A bare HTTP server that answers as a test says, for what a real one does only on a bad day. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += String(chunk);
    const { method = "", url = "", headers } = incoming;
    const request = { method, url, headers, body };
    seen.push(request);
    await script(request, response, seen.length);
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export const errorAnswer = (code: string, category: string, retryable: boolean, more = {}) => ({
  error: { code, category, message: `${code} happened`, retryable, ...more },
});
