export type { RecordSource } from "./record.ts";
