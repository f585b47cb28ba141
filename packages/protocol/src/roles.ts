/** The three roles of a pipeline; apart from the main door, so that a command that needs none does not load them. */
export { openInput } from "./roles/input.ts";
export { createAudit, runSink } from "./roles/sink.ts";
export type { Audit, AuditEvent, AuditRecord, SinkOptions } from "./roles/sink.ts";
export { runSource } from "./roles/source.ts";
export type { SourceOptions } from "./roles/source.ts";
export type { StageOptions } from "./roles/stage.ts";
export { runTransformer } from "./roles/transformer.ts";
export type { Transformed, TransformerOptions } from "./roles/transformer.ts";
export { Upstream } from "./roles/upstream.ts";
export type { UpstreamOptions, UpstreamTarget } from "./roles/upstream.ts";
