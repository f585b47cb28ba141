import { frameworkNames } from "@aomori/protocol";

/** What a framework event is, whatever the dialect; `unknown` carries the prefix but is no type of the standard. */
export type EventKind = (typeof frameworkNames)[number] | "unknown" | "domain";

export type LineProblemKind =
  | "not-utf8"
  | "not-json"
  | "not-a-number"
  | "not-object"
  | "no-type"
  | "byte-order-mark"
  | "crlf"
  | "colour"
  | "too-long"
  | "not-compact"
  | "duplicate-key"
  | "unsafe-integer"
  | "no-final-newline";

export interface LineProblem {
  readonly kind: LineProblemKind;
  /** 1-based. */
  readonly line: number;
  /** Byte offset in the stream. */
  readonly offset: number;
  readonly detail: string;
}

export interface ScannedEvent {
  readonly line: number;
  readonly offset: number;
  /** Position among the events, from 0. */
  readonly index: number;
  /** When its line was complete, in milliseconds since the tool was started. */
  readonly atMs: number;
  readonly type: string;
  readonly kind: EventKind;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A stream as it was read: the first events whole, every event counted. */
export interface Stream {
  readonly sizeBytes: number;
  readonly lineCount: number;
  readonly longestLineBytes: number;
  readonly endsWithNewline: boolean;
  /** `legacy`: opened by an un-prefixed `meta`. */
  readonly dialect: "prefixed" | "legacy";
  readonly events: readonly ScannedEvent[];
  /** True when `events` has every event. */
  readonly isWhole: boolean;
  /** The last events, in order. */
  readonly tail: readonly ScannedEvent[];
  readonly eventCount: number;
  /** Events that `count` of a summary counts. */
  readonly resultCount: number;
  readonly typeCounts: ReadonlyMap<string, number>;
  readonly problems: readonly LineProblem[];
  readonly problemCounts: ReadonlyMap<LineProblemKind, number>;
  /** Framework events of a kind, at most 1000. */
  readonly ofKind: (kind: Exclude<EventKind, "domain">) => readonly ScannedEvent[];
}

const known: ReadonlySet<string> = new Set(frameworkNames);

/** True for the un-prefixed name of a framework type. */
export function isFrameworkName(name: string): name is Exclude<EventKind, "unknown" | "domain"> {
  return known.has(name);
}

export function kindOf(type: string, legacy: boolean): EventKind {
  if (type.startsWith("aoi:")) {
    const name = type.slice(4);
    return isFrameworkName(name) ? name : "unknown";
  }
  return legacy && isFrameworkName(type) ? type : "domain";
}

export function lastEvent(stream: Stream): ScannedEvent | undefined {
  return stream.tail.at(-1);
}

/** The summary a reader would believe: the last one. */
export function summaryOf(stream: Stream): ScannedEvent | undefined {
  return stream.ofKind("summary").at(-1);
}

export function metaOf(stream: Stream): ScannedEvent | undefined {
  return stream.ofKind("meta")[0];
}
