import type { ViewTerminal } from "@aomori/command";
import { cellText } from "@aomori/command";
import { sanitizeForTerminal } from "@aomori/protocol";
import { fieldsOf, listAt, numberAt, textAt } from "../wire/fields.ts";

/** A unified diff with colours. */
export function diffText(diff: string, paint: ViewTerminal["paint"]): string {
  return sanitizeForTerminal(diff)
    .split("\n")
    .map((line) => paintDiffLine(line, paint))
    .join("\n");
}

function paintDiffLine(line: string, paint: ViewTerminal["paint"]): string {
  if (/^(?:diff |index |--- |\+\+\+ |new file|deleted file|rename |similarity )/.test(line)) {
    return paint.bold(line);
  }
  if (line.startsWith("@@")) return paint.cyan(line);
  if (line.startsWith("+")) return paint.green(line);
  return line.startsWith("-") ? paint.red(line) : line;
}

/** What a task left: files, tests, the agent's last words, then the diff. */
export function resultText(value: unknown, { paint }: ViewTerminal): string {
  const files = listAt(value, "files_changed").map((file) => {
    const plus = paint.green(`+${numberAt(file, "additions") ?? 0}`);
    const minus = paint.red(`-${numberAt(file, "deletions") ?? 0}`);
    return `  ${cellText(textAt(file, "status") ?? "").padEnd(8)} ${cellText(textAt(file, "path"))} ${plus} ${minus}`;
  });
  const tests = fieldsOf(value)["test_summary"];
  const logs = textAt(value, "logs");
  const diff = textAt(value, "diff") ?? "";
  return [
    paint.bold(`${cellText(textAt(value, "task_id"))}: ${files.length} files changed`),
    ...files,
    ...(tests === null || tests === undefined ? [] : [testLine(tests, paint)]),
    ...(textAt(value, "commit") === undefined
      ? []
      : [`Commit: ${cellText(textAt(value, "commit"))}`]),
    ...(logs === undefined ? [] : ["", sanitizeForTerminal(logs)]),
    ...(diff === "" ? [] : ["", diffText(diff, paint)]),
    ...(fieldsOf(value)["diff_truncated"] === true
      ? [paint.yellow("the diff was cut at 1 MiB")]
      : []),
    "",
  ].join("\n");
}

function testLine(tests: unknown, paint: ViewTerminal["paint"]): string {
  const passed = fieldsOf(tests)["passed"] === true;
  const good = numberAt(tests, "tests_passed");
  const bad = numberAt(tests, "tests_failed");
  const counts = good === undefined ? "" : ` (${good} passed, ${bad ?? 0} failed)`;
  return `Tests: ${passed ? paint.green("passed") : paint.red("failed")}${counts}`;
}
