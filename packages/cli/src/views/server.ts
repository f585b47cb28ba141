import type { ViewTerminal } from "@aomori/command";
import { cellText } from "@aomori/command";
import { fieldsOf, textAt } from "../wire/fields.ts";

/** Whether and where the local server runs. */
export function serverText(value: unknown, { paint }: ViewTerminal): string {
  const status = textAt(value, "status") ?? "unknown";
  const state = fieldsOf(value);
  const home = `Home: ${cellText(state["home"])}`;
  if (status === "stopped") return `Server: ${paint.dim("not running")}\n${home}\n`;
  const shown = status === "ready" ? paint.green(status) : paint.yellow(status);
  return [
    `Server: ${shown} at ${cellText(state["url"])} (process ${cellText(state["pid"])})`,
    `Version: ${cellText(state["version"])}`,
    `Store: ${cellText(state["store"] ?? "unknown")}`,
    `Started: ${cellText(state["started_at"])}`,
    home,
    `Log: ${cellText(state["log_file"])}`,
    "",
  ].join("\n");
}
