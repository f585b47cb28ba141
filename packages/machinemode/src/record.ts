/**
 * How a record came to be: `native` from the system itself, `parsed` from a machine channel of the tool
 * (`-z`, `--json`, …), `heuristic` from text meant for people.
 */
export type RecordSource = "native" | "parsed" | "heuristic";
