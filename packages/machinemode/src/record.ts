/**
 * How a record came to be: `native` from the system itself, `parsed` from a machine channel of the tool
 * (`-z`, `--json`, …), `heuristic` from text meant for people.
 */
export type RecordSource = "native" | "parsed" | "heuristic";

/** One result of a wrapped tool. */
export interface ToolRecord {
  readonly type: string;
  readonly source: RecordSource;
  readonly [field: string]: unknown;
}

/** Something the tool said that is no record; `raw` is what could not be read, clipped. */
export interface WarningItem {
  readonly type: "aoi:warning";
  readonly code: string;
  readonly message: string;
  readonly raw?: string;
  /** The bytes behind `raw` where they are not UTF-8. */
  readonly raw_base64?: string;
}

/** A failure of one part; the run goes on. */
export interface ErrorItem {
  readonly type: "aoi:error";
  readonly error: unknown;
}

/** One side effect that would happen. */
export interface PlanItem {
  readonly type: "aoi:plan";
  readonly action: string;
  readonly [field: string]: unknown;
}

export type Item = ToolRecord | WarningItem | ErrorItem | PlanItem;

export function isRecordItem(item: Item): item is ToolRecord {
  return !item.type.startsWith("aoi:");
}

export function isErrorItem(item: Item): item is ErrorItem {
  return item.type === "aoi:error";
}
