export { createFetchTransport } from "./fetch-transport.ts";
export { send } from "./send.ts";
export type { Endpoint, WireOperation, WireRequest } from "./send.ts";
export type { Transport, TransportRequest, TransportResponse } from "./transport.ts";
export { sdkVersion } from "./version.ts";
export { isAomoriError } from "./wire-error.ts";
export { streamWire } from "./wire-stream.ts";
export type { StreamItem, StreamRequest } from "./wire-stream.ts";
