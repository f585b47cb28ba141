/** A table with the columns its exported rows are ordered by: texts, then a number. */
interface TableKey {
  readonly table: string;
  readonly texts: readonly string[];
  readonly number?: string;
}

/** Every table of the schema but its migrations, each behind those it refers to. */
export const tableOrder: readonly TableKey[] = [
  { table: "organizations", texts: ["id"] },
  { table: "api_keys", texts: ["id"] },
  { table: "projects", texts: ["org_id", "id"] },
  { table: "specs", texts: ["org_id", "id"] },
  { table: "artifacts", texts: ["spec_id", "phase"], number: "version" },
  { table: "phase_attempts", texts: ["id"] },
  { table: "tickets", texts: ["org_id", "id"] },
  { table: "tasks", texts: ["org_id", "id"] },
  { table: "task_edges", texts: ["org_id", "task_id", "depends_on"] },
  { table: "agents", texts: ["org_id", "id"] },
  { table: "steps", texts: ["agent_id"], number: "position" },
  { table: "steerings", texts: ["id"] },
  { table: "discoveries", texts: ["org_id", "id"] },
  { table: "events", texts: ["org_id"], number: "seq" },
  { table: "idempotency_keys", texts: ["org_id", "operation", "key"] },
  { table: "workers", texts: ["id"] },
];

/** The order by which every server, whatever its collation, gives the same rows in the same order. */
export const orderOf = ({ texts, number }: TableKey): string =>
  [...texts.map((text) => `${text} collate "C"`), ...(number === undefined ? [] : [number])].join(
    ", ",
  );
