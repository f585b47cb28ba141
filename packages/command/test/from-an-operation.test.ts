import { describe, expect, it } from "vitest";
import { commandFromOperation, schemaDocument, withoutSchema } from "@aomori/command";
import type { Schema } from "@aomori/operation";
import { defineOperation } from "@aomori/operation";

function schema(json: Record<string, unknown>): Schema {
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

const task = {
  type: "object",
  properties: { id: { type: "string" }, status: { type: "string" } },
  required: ["id", "status"],
};

const listTasks = defineOperation({
  id: "tasks.list",
  summary: "List tasks",
  input: schema({
    type: "object",
    properties: {
      spec_id: { type: "string", description: "of one spec" },
      status: { enum: ["running", "completed"] },
      depends_on: { type: "array", items: { type: "string" }, default: [] },
      parent: { anyOf: [{ type: "string" }, { type: "null" }] },
      wait: { type: "integer", format: "duration-ms", minimum: 0 },
      extra: { $ref: "#/$defs/Extra" },
      archived: { type: "boolean" },
      limit: { type: "integer", minimum: 1, maximum: 500, default: 50 },
      dry_run: { type: "boolean" },
    },
    required: ["spec_id"],
    $defs: { Extra: { type: "object" } },
  }),
  output: schema({
    type: "object",
    properties: {
      items: { type: "array", items: task },
      next_cursor: { type: ["string", "null"] },
    },
  }),
  scope: "tasks:read",
  effects: { readOnly: true },
  errors: ["SPEC_NOT_FOUND"],
  cli: {
    command: "task list",
    positionals: ["spec_id"],
    flags: { depends_on: "after" },
    columns: ["id", "status"],
  },
});

describe("a command from an operation", () => {
  const spec = commandFromOperation(listTasks, {
    aliases: { status: { done: "completed" } },
    flags: [{ name: "watch", field: "watch", type: "boolean" }],
  });

  it("is plain data", () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(spec).toEqual({
      name: "task list",
      summary: "List tasks",
      operation: "tasks.list",
      scope: "tasks:read",
      positionals: [
        {
          name: "spec-id",
          field: "spec_id",
          type: "string",
          description: "of one spec",
          required: true,
        },
      ],
      flags: [
        {
          name: "status",
          field: "status",
          type: "string",
          enum: ["running", "completed"],
          aliases: { done: "completed" },
          valueName: "status",
        },
        {
          name: "after",
          field: "depends_on",
          type: "string",
          repeatable: true,
          valueName: "after",
        },
        { name: "parent", field: "parent", type: "string", valueName: "parent" },
        { name: "wait", field: "wait", type: "duration", minimum: 0, valueName: "duration" },
        { name: "extra", field: "extra", type: "json", valueName: "json" },
        { name: "archived", field: "archived", type: "boolean" },
        {
          name: "limit",
          field: "limit",
          type: "integer",
          minimum: 1,
          maximum: 500,
          valueName: "n",
          default: "50",
        },
        { name: "watch", field: "watch", type: "boolean" },
      ],
      examples: [],
      effects: { readOnly: true },
      columns: ["id", "status"],
      eventType: "task",
      errors: ["SPEC_NOT_FOUND"],
      result: "page",
      output: task,
    });
    expect(withoutSchema(spec)).not.toHaveProperty("output");
  });

  it("knows a list without a cursor, a stream, and the name of what it answers with", () => {
    const $defs = { TaskLog: task };
    const ref = { $ref: "#/$defs/TaskLog" };
    const list = { type: "object", properties: { items: { type: "array", items: ref } }, $defs };
    const whole = commandFromOperation({ ...listTasks, output: schema(list) });
    expect(whole).toMatchObject({
      result: "list",
      eventType: "task_log",
      output: { ...ref, $defs },
    });
    const one = commandFromOperation({ ...listTasks, output: schema({ ...ref, $defs }) });
    expect(one).toMatchObject({ result: "resource", eventType: "task_log" });
    const { output: _output, ...base } = listTasks;
    const stream = commandFromOperation({ ...base, events: schema({ ...ref, $defs }) });
    expect(stream).toMatchObject({ result: "events" });
    const identity = { name: "t", version: "1", schemaName: "a.b", schemaVersion: "1.0.0" };
    expect(schemaDocument(identity, [one])).toMatchObject({
      $defs: {
        TaskLog: task,
        task_list: { properties: { type: { const: "task_log" }, id: { type: "string" } } },
      },
    });
  });

  it("refuses a binding to a field that is not there", () => {
    const broken = { ...listTasks, cli: { command: "task list", positionals: ["nope"] } };
    expect(() => commandFromOperation(broken)).toThrow("tasks.list has no field nope");
  });
});
