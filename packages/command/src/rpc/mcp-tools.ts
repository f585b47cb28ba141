import type { CommandSpec } from "../command-spec.ts";
import { domainSchema } from "../discovery.ts";
import { inputSchema } from "../input-schema.ts";
import type { JsonSchema } from "../json-schema.ts";
import { definitionsOf, propertiesOf } from "../json-schema.ts";

/** Commands that are about the command line itself, or that are this server. */
const notTools: readonly string[] = ["capabilities", "schema", "completion", "mcp"];

/** The commands an MCP client is offered, by the name of their tool; with `readOnly`, those that change nothing. */
export function toolCommands(
  specs: readonly CommandSpec[],
  readOnly: boolean,
): ReadonlyMap<string, CommandSpec> {
  const offered = specs.filter(
    (spec) => !notTools.includes(spec.name) && (!readOnly || spec.effects.readOnly),
  );
  return new Map(offered.map((spec) => [toolName(spec.name), spec]));
}

function toolName(command: string): string {
  return command.replaceAll(/[^A-Za-z0-9_-]/g, "_");
}

/** Whether the rest of an answer that was cut can be asked for: asking again must do nothing, and find the same. */
export function canContinue(spec: CommandSpec): boolean {
  return spec.effects.readOnly && spec.result !== "events";
}

/** A command as `tools/list` shows it. */
export function toolDocument(name: string, spec: CommandSpec): JsonSchema {
  const { effects } = spec;
  const description = [`${spec.summary}.`, spec.description ?? ""].filter((text) => text !== "");
  return {
    name,
    title: spec.name,
    description: description.join(" "),
    inputSchema: toolInput(spec),
    outputSchema: toolOutput(spec),
    annotations: {
      title: spec.summary,
      readOnlyHint: effects.readOnly,
      destructiveHint: effects.destructive === true,
      // With a key, repeating is harmless; without one it is not, and a hint holds for every call.
      idempotentHint: effects.readOnly,
    },
  };
}

function toolInput(spec: CommandSpec): JsonSchema {
  const schema = inputSchema(spec);
  const own = propertiesOf(schema);
  const cursor = { type: "string", description: "next_cursor of the answer before" };
  const properties = {
    ...own,
    ...(canContinue(spec) && !("cursor" in own) ? { cursor } : {}),
    ...(spec.effects.destructive === true
      ? { yes: { type: "boolean", description: "must be true: this destroys something" } }
      : {}),
  };
  return { ...schema, properties };
}

/** What every call answers with; framework events are told apart by their type alone. */
function toolOutput(spec: CommandSpec): JsonSchema {
  const events = {
    type: "array",
    items: {
      anyOf: [
        domainSchema(spec),
        { type: "object", properties: { type: { pattern: "^aoi:" } }, required: ["type"] },
        {
          type: "object",
          description: "an event too large to be shown",
          properties: { type: { type: "string" }, omitted_bytes: { type: "integer" } },
          required: ["type", "omitted_bytes"],
        },
      ],
    },
  };
  return {
    type: "object",
    properties: {
      events,
      summary: {
        type: "object",
        properties: { ok: { type: "boolean" }, count: { type: "integer" } },
        required: ["ok", "count"],
      },
      truncated: { type: "boolean", description: "there is more than is shown" },
      next_cursor: { type: "string", description: "give it as cursor to go on" },
    },
    required: ["events", "summary", "truncated"],
    $defs: definitionsOf(spec.output ?? {}),
  };
}
