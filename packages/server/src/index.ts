export { createServer } from "./create-server.ts";
export type { ListenOptions, Server, ServerOptions } from "./create-server.ts";
export type { HandledOperationId, Handlers, Plans, RequestContext } from "./handlers.ts";
export type {
  Authenticate,
  EventFilter,
  EventRead,
  EventRecord,
  EventSource,
  IdempotencyClaim,
  IdempotencyPort,
  IdempotentAnswer,
  IdempotentRequest,
  Log,
  LogEntry,
} from "./ports.ts";
export { localKeyName, startServer } from "./process/start-server.ts";
export type { RunningServer, StartServerOptions } from "./process/start-server.ts";
