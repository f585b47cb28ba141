import type { ViewTerminal } from "@aomori/command";
import { cellText, renderTable } from "@aomori/command";
import { fieldsOf, listAt, numberAt, textAt } from "../wire/fields.ts";

/** What is merged, what waits, and the last test gate. */
export function mergeStatusText(value: unknown, { paint, columns }: ViewTerminal): string {
  const commit = textAt(value, "integration_commit");
  const head = commit === undefined ? "nothing merged yet" : `at ${commit.slice(0, 12)}`;
  const rows = listAt(value, "branches").map((branch) => ({
    task: textAt(branch, "task_id"),
    state: textAt(branch, "state"),
    branch: textAt(branch, "name"),
    score: numberAt(branch, "conflict_score")?.toFixed(2) ?? "—",
    level: textAt(branch, "level") ?? "—",
    detail: textAt(branch, "detail"),
  }));
  const names = ["task", "state", "branch", "score", "level", "detail"];
  const table = renderTable(names, rows, { paint, maxWidth: columns });
  const line = `Integration: ${cellText(textAt(value, "integration_branch"))} (${head})`;
  return `${line}\n${gateLine(fieldsOf(value)["gate"], paint)}\n${table === "" ? "" : `\n${table}`}`;
}

function gateLine(gate: unknown, paint: ViewTerminal["paint"]): string {
  if (gate === null || gate === undefined) return "Test gate: not run yet";
  const passed = fieldsOf(gate)["passed"] === true;
  const good = numberAt(gate, "tests_passed");
  const bad = numberAt(gate, "tests_failed");
  const counts = good === undefined ? "" : ` (${good} passed, ${bad ?? 0} failed)`;
  return `Test gate: ${passed ? paint.green("green") : paint.red("red")}${counts}`;
}
