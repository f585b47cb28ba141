import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { operations } from "@aomori/contract";
import { openApiDocument } from "@aomori/server/openapi";
import { startTestServer } from "./test-server.ts";

const document = openApiDocument("0.1.0");

it("is valid OpenAPI 3.1", async () => {
  const copy: Record<string, unknown> = JSON.parse(JSON.stringify(document));
  const result = await new Validator().validate(copy);
  expect(result).toMatchObject({ valid: true });
});

it("describes every operation with resources by reference and no reference to nowhere", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, item]) => [item["operationId"], method, path]),
  );
  const defined = Object.values(operations).map(({ id, http }) => [
    id,
    http?.method.toLowerCase(),
    http?.path,
  ]);
  expect(new Set(described.map(String))).toEqual(new Set(defined.map(String)));
  const text = JSON.stringify(document);
  const known = new Set(
    Object.entries(document.components).flatMap(([kind, items]) =>
      Object.keys(items as object).map((name) => `#/components/${kind}/${name}`),
    ),
  );
  const used = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]));
  for (const reference of used) expect(known).toContain(reference);
  for (const name of ["Spec", "Task", "Agent", "Event", "Dag", "MergeStatus", "ErrorAnswer"]) {
    expect(used).toContain(`#/components/schemas/${name}`);
  }
  expect(text).not.toContain("$defs");
});

it("shows an operation as the server answers it", () => {
  const advance = document.paths["/api/specs/{id}/advance"]?.["post"];
  expect(advance).toMatchObject({
    operationId: "specs.advance",
    "x-scope": "specs:write",
    parameters: [
      { name: "id", in: "path", required: true },
      { name: "dry_run", in: "query" },
      { name: "Idempotency-Key", in: "header" },
    ],
    responses: {
      "200": {
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/Spec" } },
          "application/vnd.aomori.plan+json": {
            schema: { $ref: "#/components/schemas/PlanAnswer" },
          },
        },
      },
      "401": { $ref: "#/components/responses/Unauthenticated" },
      default: { $ref: "#/components/responses/Error" },
    },
  });
  const list = document.paths["/api/specs"]?.["get"];
  expect(list).toMatchObject({
    parameters: expect.arrayContaining([
      expect.objectContaining({ name: "limit", in: "query", required: false }),
    ]),
  });
  expect(document.paths["/api/health"]?.["get"]).toMatchObject({ security: [] });
});

it("is served as it is printed", async () => {
  await using test = await startTestServer();
  const response = await test.request("/openapi.json", { key: null });
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
});
