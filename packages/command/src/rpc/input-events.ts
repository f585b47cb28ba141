import { UserError, aoiVersion } from "@aomori/protocol";
import type { CommandSpec } from "../command-spec.ts";
import { inputParameter } from "../input-fields.ts";
import { isRecord } from "../records.ts";

/**
 * The events a request brings, as the lines a batch run reads. A list is whole by itself: its meta and summary may
 * be left out. Empty for a command that reads none. Throws `INVALID_VALUE` (usage).
 */
export function inputLines(
  spec: CommandSpec,
  params: Readonly<Record<string, unknown>>,
): readonly string[] {
  const events = params[inputParameter];
  if (spec.inputSchemas === undefined || events === undefined) return [];
  if (!Array.isArray(events) || !events.every(isRecord)) {
    const message = `${inputParameter} takes a list of events, each an object with a type`;
    throw new UserError("usage", "INVALID_VALUE", message);
  }
  const [first] = events;
  const last = events.at(-1);
  const whole = [
    ...(first?.["type"] === "aoi:meta" ? [] : [metaFor(spec.inputSchemas)]),
    ...events,
    ...(last?.["type"] === "aoi:summary" ? [] : [{ type: "aoi:summary", ok: true }]),
  ];
  return whole.map((event) => `${JSON.stringify(event)}\n`);
}

function metaFor([accepted = ""]: readonly string[]): Readonly<Record<string, unknown>> {
  const [name, version] = accepted.split("@");
  return {
    type: "aoi:meta",
    tool: "request",
    tool_version: "0",
    aoi_version: aoiVersion,
    schema_name: name,
    schema_version: version,
    command: "request",
  };
}
