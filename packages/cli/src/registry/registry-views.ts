import type { ViewTerminal } from "@aomori/command";
import { cellText, wrap } from "@aomori/command";
import { fieldsAt, fieldsOf, listAt, numberAt, textAt, textsAt } from "../wire/fields.ts";

/** Told wherever an entry is shown or taken: what a signature is worth. */
export const trustText =
  "A signature proves who wrote the entry and that nobody changed it, not that the tool is good.";

/** One entry for a person: the tool, how to get it, what the linter said. */
export function entryText(value: unknown, { paint, columns }: ViewTerminal): string {
  const report = fieldsAt(value, "report");
  const counts = fieldsAt(report, "counts");
  const count = (name: string): number => numberAt(counts, name) ?? 0;
  const unverified = Object.entries(fieldsAt(report, "verdicts"))
    .filter(([, verdict]) => verdict === "not_verified")
    .map(([id]) => id);
  const commands = listAt(fieldsOf(value)["capabilities"], "commands").length;
  const schemas = listAt(value, "schemas").map(
    (schema) => `${cellText(fieldsOf(schema)["name"])}@${textsAt(schema, "versions").join(",")}`,
  );
  const ways = listAt(value, "get").map(
    (way) => `Get it (${cellText(fieldsOf(way)["kind"])}): ${cellText(fieldsOf(way)["text"])}`,
  );
  const homepage = textAt(value, "homepage");
  const lines = [
    paint.bold(`${cellText(fieldsOf(value)["name"])}: ${cellText(fieldsOf(value)["summary"])}`),
    ...(homepage === undefined ? [] : [`Homepage: ${cellText(homepage)}`]),
    `Licence: ${cellText(fieldsOf(value)["licence"])}`,
    ...ways,
    `Linted: ${textsAt(value, "command").map(cellText).join(" ")}`,
    `Schemas: ${schemas.map(cellText).join(", ")}`,
    `Commands: ${commands}`,
    `Profile ${cellText(report["profile"])}: ${count("passed")} passed, ${count("failed")} failed, ${count("not_verified")} not verified`,
    ...(unverified.length === 0
      ? []
      : wrap(`Not verified: ${unverified.map(cellText).join(", ")}`, columns ?? 100)),
    `By aoi-lint ${cellText(report["linter_version"])} on version ${cellText(report["tool_version"])}, ${cellText(report["linted_at"])}`,
    `Signed by: ${cellText(fieldsAt(value, "signature")["key_id"])}`,
    `From: ${textAt(value, "path") ?? "the program"}`,
    paint.dim(trustText),
  ];
  return `${lines.join("\n")}\n`;
}
