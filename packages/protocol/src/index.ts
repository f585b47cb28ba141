export { closedPipeExitCode, exitCodes, signalExitCodes } from "./exit-codes.ts";
export {
  CodedError,
  RetryableError,
  TerminalError,
  UserError,
  errorBody,
  errorCategories,
  isCodedError,
} from "./errors.ts";
export type { CodedErrorOptions, ErrorBody, ErrorCategory } from "./errors.ts";
export { aoiVersion, frameworkNames, frameworkPrefix, isResultType } from "./events.ts";
export type {
  ArtifactEvent,
  CheckEvent,
  CheckSeverity,
  DomainEvent,
  ErrorEvent,
  FrameworkEvent,
  FrameworkType,
  HeartbeatEvent,
  MetaEvent,
  PlanEvent,
  ProgressEvent,
  StreamEvent,
  SummaryEvent,
  WarningEvent,
} from "./events.ts";
export { bytesOfField, fieldsOfBytes } from "./carried-bytes.ts";
export { didYouMean, nearest } from "./did-you-mean.ts";
export { endError } from "./end-reason.ts";
export type { EndReason, EndSignal, EndableStream } from "./end-reason.ts";
export type { EventSchema } from "./event-schema.ts";
export { createEmitter } from "./emitter.ts";
export type {
  Emitter,
  EmitterOptions,
  EncodedEvents,
  EventCounts,
  MetaFields,
  StreamIdentity,
  SummaryFields,
} from "./emitter.ts";
export { readLines } from "./lines.ts";
export type { Line } from "./lines.ts";
export { handleEvents } from "./handle-events.ts";
export type { EventHandler, HandleOptions, HandledStream } from "./handle-events.ts";
export { monotonicMs } from "./monotonic-ms.ts";
export { mapOrdered } from "./map-ordered.ts";
export type { MapOptions, Task, TaskContext } from "./map-ordered.ts";
export { createOutput } from "./output.ts";
export type { Output, OutputFailure, OutputOptions } from "./output.ts";
export { installProcessHooks } from "./process-hooks.ts";
export type { ProcessHookOptions, ProcessHooks } from "./process-hooks.ts";
export { readEvents } from "./reader.ts";
export type { ReadOptions, YieldingReadOptions } from "./reader.ts";
export { redactArgs, redactProse } from "./redact-text.ts";
export { createRedactor, redactedText } from "./redaction.ts";
export type { Redactor, RedactorOptions } from "./redaction.ts";
export { sanitizeForTerminal } from "./terminal-text.ts";
export type { SanitizeOptions } from "./terminal-text.ts";
export { wireJson } from "./wire-json.ts";
export { toWireValue } from "./wire-value.ts";
