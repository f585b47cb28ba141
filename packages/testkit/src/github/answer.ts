import type { AssetContent } from "./hosted-repository.ts";

/** What a route says; how it is sent, and what goes wrong on the way, is decided later. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AssetContent;
  /** Ranges are served of what can be resumed. */
  readonly ranges: boolean;
}

export function sizeOf(content: AssetContent): number {
  return content instanceof Uint8Array ? content.length : content.sizeBytes;
}

export function textAnswer(status: number, text: string, contentType = "text/plain"): Answer {
  const headers = { "content-type": `${contentType}; charset=utf-8` };
  return { status, headers, body: Buffer.from(text), ranges: false };
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return textAnswer(status, JSON.stringify(value), "application/json");
}

/** How the REST API refuses. */
export function apiRefusal(status: number, message: string): Answer {
  const documentation_url = "https://docs.github.com/rest";
  return jsonAnswer(status, { message, documentation_url, status: String(status) });
}

export function redirectAnswer(location: string): Answer {
  return { status: 302, headers: { location }, body: Buffer.alloc(0), ranges: false };
}
