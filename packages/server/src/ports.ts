import type { AgentId, Event, IdentityResource, OrgId, SpecId, TaskId } from "@aomori/contract";
import type * as z from "zod";

/** Whose secret it is; `undefined` for one that is unknown, expired or revoked. */
export type Authenticate = (secret: string) => Promise<IdentityResource | undefined>;

/** An event as it stands on the wire. */
export type EventRecord = z.output<typeof Event>;

/** Which events a reader wants; an absent field takes all. A type ending in `.*` takes every verb of its noun. */
export interface EventFilter {
  readonly specId?: SpecId;
  readonly taskId?: TaskId;
  readonly agentId?: AgentId;
  readonly types?: readonly string[];
}

export interface EventRead {
  /** Events behind this seq, exclusive. */
  readonly after: number;
  readonly filter: EventFilter;
  /** Most events to return; fewer mean that there are no more. */
  readonly limit: number;
}

/** The committed events of an organisation, in the order of their seq. */
export interface EventSource {
  /** Seq of the newest committed event; 0 when there is none. */
  newestSeq(orgId: OrgId): Promise<number>;
  read(orgId: OrgId, read: EventRead): Promise<readonly EventRecord[]>;
  /** Calls `wake` after every commit that added events; returns how to end that. */
  subscribe(orgId: OrgId, wake: () => void): () => void;
}

export interface IdempotentRequest {
  readonly orgId: OrgId;
  readonly operation: string;
  readonly key: string;
  /** SHA-256 of the parsed input. */
  readonly requestHash: Uint8Array;
  readonly nowMs: number;
}

export interface IdempotentAnswer {
  readonly status: number;
  /** The answer in its wire shape. */
  readonly body: unknown;
}

/** What a key's claim found; `claimed` is answered once per key until it is released. */
export type IdempotencyClaim =
  | { readonly kind: "claimed" }
  | { readonly kind: "answered"; readonly answer: IdempotentAnswer }
  | { readonly kind: "running" }
  /** Carried out, as `effect` tells, by a process that has not stored its answer. */
  | { readonly kind: "unanswered"; readonly effect: string }
  | { readonly kind: "other_request" };

/** First answers by key, shared by every process on a store. */
export interface IdempotencyPort {
  claim(request: IdempotentRequest): Promise<IdempotencyClaim>;
  /** Runs the call of a claimed key, so that its first change and the note of it are committed together. */
  carryOut<Result>(request: IdempotentRequest, call: () => Promise<Result>): Promise<Result>;
  complete(request: IdempotentRequest, answer: IdempotentAnswer): Promise<void>;
  /** Gives the key back after a failure, so that the call may be tried again; unless it changed something first. */
  release(request: IdempotentRequest): Promise<void>;
}

export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly requestId?: string;
  readonly operation?: string;
  readonly error?: unknown;
}

export type Log = (entry: LogEntry) => void;
