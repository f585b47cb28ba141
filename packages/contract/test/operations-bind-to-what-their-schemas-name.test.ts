import { describe, expect, it } from "vitest";
import * as z from "zod";
import { operations, ownScope, scopes } from "@aomori/contract";
import { pathParameters } from "@aomori/operation";
import type { Operation } from "@aomori/operation";

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const all: readonly Operation[] = Object.values(operations);
const named = all.map((operation) => [operation.id, operation] as const);

const inputOf = (operation: Operation): JsonSchema =>
  operation.input["~standard"].jsonSchema.input({ target: "draft-2020-12" });

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return name === undefined ? schema : resolve(root.$defs?.[name] ?? {}, root);
}

/** What one row of a table is: an item of a list, or the answer itself. */
function rowOf(operation: Operation): JsonSchema {
  const schema = operation.output ?? operation.events;
  const root: JsonSchema = schema["~standard"].jsonSchema.output({ target: "draft-2020-12" });
  const answer = resolve(root, root);
  const list = answer.properties?.["items"] ?? answer.properties?.["steps"];
  return list?.items === undefined ? answer : resolve(list.items, root);
}

describe.each(named)("%s", (id, operation) => {
  it("stands in the table under its own id", () => {
    expect(Object.entries(operations).find(([key]) => key === id)?.[1]).toBe(operation);
  });

  it("takes its path parameters from required scalar fields of the input", () => {
    const input = inputOf(operation);
    for (const name of pathParameters(operation.http?.path ?? "/")) {
      expect(Object.keys(input.properties ?? {})).toContain(name);
      expect(input.required).toContain(name);
      expect(resolve(input.properties?.[name] ?? {}, input).type).toBe("string");
    }
  });

  it("sends a query only of scalars", () => {
    if (operation.http?.method !== "GET" && operation.http?.method !== "DELETE") return;
    const input = inputOf(operation);
    for (const field of Object.values(input.properties ?? {})) {
      expect(["string", "integer", "number", "boolean"]).toContain(resolve(field, input).type);
    }
  });

  it("names only input fields as positionals and flags, and only output fields as columns", () => {
    const fields = Object.keys(inputOf(operation).properties ?? {});
    for (const name of operation.cli?.positionals ?? []) expect(fields).toContain(name);
    for (const name of Object.keys(operation.cli?.flags ?? {})) expect(fields).toContain(name);
    const row = Object.keys(rowOf(operation).properties ?? {});
    for (const name of operation.cli?.columns ?? []) expect(row).toContain(name);
  });

  it("has a scope that a key can hold, of the kind its effects need", () => {
    if (operation.scope === null) return;
    expect([...scopes, ownScope]).toContain(operation.scope);
    expect(operation.scope.endsWith(":read")).toBe(operation.effects.readOnly);
  });

  it("is read-only exactly when it is a GET, and promises no dry run or key then", () => {
    expect(operation.effects.readOnly).toBe(operation.http?.method === "GET");
    if (!operation.effects.readOnly) return;
    expect(operation.effects.dryRun ?? false).toBe(false);
    expect(operation.effects.idempotencyKey ?? false).toBe(false);
  });
});

it("gives no two operations one route or one command", () => {
  const routes = all.map(({ http }) => `${http?.method} ${http?.path.replace(/\{[^}]+\}/g, "{}")}`);
  expect(new Set(routes).size).toBe(routes.length);
  const commands = all.flatMap(({ cli }) => (cli === undefined ? [] : [cli.command]));
  expect(new Set(commands).size).toBe(commands.length);
  for (const command of commands) expect(command).toMatch(/^[a-z-]+( [a-z-]+)?$/);
});

it("has the seed's routes", () => {
  const routes = new Set(all.map(({ http }) => `${http?.method} ${http?.path}`));
  for (const route of [
    "POST /api/specs",
    "GET /api/specs/{id}",
    "GET /api/specs",
    "POST /api/specs/{id}/advance",
    "GET /api/tasks",
    "GET /api/tasks/{id}/result",
    "GET /api/agents",
    "POST /api/agents/{id}/steer",
    "GET /api/agents/{id}/trajectory",
    "GET /api/specs/{id}/dag",
    "GET /api/specs/{id}/merge-status",
    "GET /api/events/stream",
  ]) {
    expect(routes).toContain(route);
  }
});

it("reads settings a request names without filling in the others", () => {
  const { settings } = operations["specs.create"].input.parse({
    title: "t",
    description: "d",
    repo: "/r",
    settings: { threshold: 0.5 },
  });
  expect(settings).toEqual({ threshold: 0.5 });
});

it("reads done as completed in every status filter of tasks and tickets", () => {
  for (const id of ["tasks.list", "tickets.list"] as const) {
    const parsed: { status?: string | undefined } = z.parse(operations[id].input, {
      status: "done",
    });
    expect(parsed.status).toBe("completed");
  }
});
