export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request and, later, the reading of its answer. */
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  header(name: string): string | undefined;
  /** The whole body; either this or `chunks` is read, once. */
  text(): Promise<string>;
  /** The body as it arrives, decoded from UTF-8; leaving the loop closes the connection. */
  chunks(): AsyncIterable<string>;
}

/** How a request reaches the server. Follows no redirects; rejects only when there is no answer. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;
