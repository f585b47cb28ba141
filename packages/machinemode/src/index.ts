export type {
  Adapter,
  AdapterDescription,
  AdapterEffects,
  ChildPlan,
  CursorKind,
  ErrorKind,
  ErrorTable,
  ItemBatches,
  NativePlan,
  Plan,
  PlanContext,
} from "./adapter.ts";
export { main } from "./cli/main.ts";
export type { JsonSchema } from "./json-schema.ts";
export { listAdapters } from "./list-adapters.ts";
export type { AdapterList, ListedAdapter } from "./list-adapters.ts";
export type { ErrorItem, Item, PlanItem, RecordSource, ToolRecord, WarningItem } from "./record.ts";
export { resolveAdapter } from "./resolve-adapter.ts";
export type { AdapterFolders, AdapterRequest } from "./resolve-adapter.ts";
