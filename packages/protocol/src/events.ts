import type { ErrorBody } from "./errors.ts";

/** The version of AOI-CLI these types follow. */
export const aoiVersion = "0.2";

/** Framework events carry this prefix (AOI-CLI §8.2); a domain event must not. */
export const frameworkPrefix = "aoi:";

/** The framework's types without their prefix, as the older text of the standard writes them. */
export const frameworkNames = [
  "meta",
  "summary",
  "error",
  "warning",
  "check",
  "plan",
  "progress",
  "heartbeat",
  "artifact",
] as const;

/** What one event of a tool's own schema must have; everything else is the tool's. */
export interface DomainEvent {
  readonly type: string;
}

/** An event as read from outside: its fields are unknown until parsed. */
export interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** First and once. `schema_name` is reverse-DNS, `schema_version` semver. */
export interface MetaEvent {
  readonly type: "aoi:meta";
  readonly tool: string;
  readonly tool_version: string;
  readonly aoi_version: string;
  readonly schema_name: string;
  readonly schema_version: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** `name@version` of every schema the command reads on stdin. */
  readonly input_schemas?: readonly string[];
  readonly wrapped?: string;
}

/** Last and once: `ok: true` in it is the only sign of success. `count` is the number of result events. */
export interface SummaryEvent {
  readonly type: "aoi:summary";
  readonly ok: boolean;
  readonly count: number;
  readonly error_count?: number;
  readonly warning_count?: number;
  readonly input_count?: number;
  readonly elapsed_ms?: number;
  /** The operation stopped before its end. */
  readonly partial?: boolean;
  /** More results exist than were asked for. */
  readonly truncated?: boolean;
  /** Opaque; absent at the end. The name is Aomori's choice, the standard names none. */
  readonly next_cursor?: string;
  readonly [field: string]: unknown;
}

export type ErrorEvent = ErrorBody & { readonly type: "aoi:error" };

/** Recoverable: the operation goes on. */
export interface WarningEvent {
  readonly type: "aoi:warning";
  readonly message: string;
  readonly code?: string;
}

export type CheckSeverity = "info" | "warn" | "error";

export interface CheckEvent {
  readonly type: "aoi:check";
  readonly name: string;
  readonly ok: boolean;
  readonly severity: CheckSeverity;
  readonly detail?: string;
}

/** One side effect that would happen. */
export interface PlanEvent {
  readonly type: "aoi:plan";
  readonly action: string;
  readonly [field: string]: unknown;
}

export interface ProgressEvent {
  readonly type: "aoi:progress";
  readonly message?: string;
  readonly done?: number;
  readonly total?: number;
}

/** Sign of life of an unbounded stream; `at` is ISO-8601 UTC. */
export interface HeartbeatEvent {
  readonly type: "aoi:heartbeat";
  readonly at: string;
}

/** Something made outside the stream. The fields are Aomori's choice, the standard gives none. */
export interface ArtifactEvent {
  readonly type: "aoi:artifact";
  readonly path?: string;
  readonly uri?: string;
  readonly media_type?: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

export type FrameworkEvent =
  | MetaEvent
  | SummaryEvent
  | ErrorEvent
  | WarningEvent
  | CheckEvent
  | PlanEvent
  | ProgressEvent
  | HeartbeatEvent
  | ArtifactEvent;

export type FrameworkType = FrameworkEvent["type"];

/** Framework events that are not results, so not in `count` (Aomori's reading; reference tools disagree). */
const uncounted: ReadonlySet<string> = new Set<FrameworkType>([
  "aoi:meta",
  "aoi:summary",
  "aoi:warning",
  "aoi:error",
  "aoi:progress",
  "aoi:heartbeat",
]);

/** True for what the summary's `count` counts: domain events, checks, plans and artifacts. */
export function isResultType(type: string): boolean {
  return !uncounted.has(type);
}
