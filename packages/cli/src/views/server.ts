import type { ViewTerminal } from "@aomori/command";
import { cellText } from "@aomori/command";
import { fieldsOf, textAt } from "../wire/fields.ts";
import { placeText } from "./place.ts";

/** Whether and where the local server runs. */
export function serverText(value: unknown, { paint }: ViewTerminal): string {
  const status = textAt(value, "status") ?? "unknown";
  const state = fieldsOf(value);
  const home = `Home: ${placeText(state["home"], paint)}`;
  if (status === "stopped") return `Server: ${paint.dim("not running")}\n${home}\n`;
  const shown = status === "ready" ? paint.green(status) : paint.yellow(status);
  return [
    `Server: ${shown} at ${placeText(state["url"], paint)} (process ${cellText(state["pid"])})`,
    `Version: ${cellText(state["version"])}`,
    `Store: ${cellText(state["store"] ?? "unknown")}`,
    `Started: ${cellText(state["started_at"])}`,
    home,
    `Log: ${placeText(state["log_file"], paint)}`,
    "",
  ].join("\n");
}
