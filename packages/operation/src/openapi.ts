import { pathParameters } from "./define-operation.ts";
import type { Operation } from "./define-operation.ts";
import { JsonSchemaComponents } from "./json-schema-components.ts";
import type { JsonObject } from "./json-schema-components.ts";

export interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  readonly serverUrl?: string;
  /** What a bearer token looks like, as a hint for people. */
  readonly bearerFormat?: string;
}

/** An OpenAPI 3.1.0 document; plain JSON. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: JsonObject;
  readonly servers?: readonly JsonObject[];
  readonly tags: readonly JsonObject[];
  readonly security: readonly JsonObject[];
  readonly paths: Readonly<Record<string, Record<string, JsonObject>>>;
  readonly components: JsonObject;
}

/** Media type of the answer to a dry run, so that a success has one shape per media type. */
export const planMediaType = "application/vnd.aomori.plan+json";

const target = "draft-2020-12";

const plan: JsonObject = {
  type: "object",
  required: ["plan"],
  properties: {
    plan: {
      type: "object",
      required: ["actions"],
      properties: {
        actions: {
          type: "array",
          items: {
            type: "object",
            required: ["action", "target"],
            properties: {
              action: { type: "string" },
              target: { type: "string" },
              detail: { type: "string" },
            },
          },
        },
      },
    },
  },
};

const errorAnswer: JsonObject = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "category", "message", "retryable"],
      properties: {
        code: { type: "string", description: "UPPER_SNAKE and stable" },
        category: { type: "string" },
        message: { type: "string" },
        retryable: { type: "boolean" },
        retry_after_ms: { type: "integer" },
        details: { type: "object", additionalProperties: true },
      },
    },
  },
};

function inputSchema(operation: Operation, components: JsonSchemaComponents): JsonObject {
  return components.add(operation.input["~standard"].jsonSchema.input({ target }), "Input");
}

const record = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null ? { ...value } : {};

function parameter(name: string, place: "path" | "query", schema: unknown, required: boolean) {
  const { description, ...rest } = record(schema);
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  };
}

const header = (name: string, description: string): JsonObject => ({
  name,
  in: "header",
  required: false,
  description,
  schema: { type: "string" },
});

const dryRunParameter = parameter(
  "dry_run",
  "query",
  { type: "boolean", description: "answer with a plan instead of doing it" },
  false,
);

interface Split {
  readonly parameters: readonly JsonObject[];
  readonly requestBody?: JsonObject;
}

/** Path fields become parameters; of the rest, GET and DELETE send a query, others a JSON body. */
function splitInput(http: NonNullable<Operation["http"]>, input: JsonObject): Split {
  const properties = record(input["properties"]);
  const required: readonly unknown[] = Array.isArray(input["required"]) ? input["required"] : [];
  const inPath = pathParameters(http.path);
  const others = Object.keys(properties).filter((name) => !inPath.includes(name));
  const parameters = inPath.map((name) => parameter(name, "path", properties[name], true));
  if (http.method === "GET" || http.method === "DELETE") {
    const query = others.map((name) =>
      parameter(name, "query", properties[name], required.includes(name)),
    );
    return { parameters: [...parameters, ...query] };
  }
  if (others.length === 0) return { parameters };
  const needed = required.filter((name) => typeof name === "string" && others.includes(name));
  const schema = {
    type: "object",
    properties: Object.fromEntries(others.map((name) => [name, properties[name]])),
    ...(needed.length === 0 ? {} : { required: needed }),
  };
  const requestBody = {
    required: needed.length > 0,
    content: { "application/json": { schema } },
  };
  return { parameters, requestBody };
}

function answers(operation: Operation, components: JsonSchemaComponents): JsonObject {
  const status = String(operation.http?.successStatus ?? 200);
  const planned = operation.effects.dryRun === true;
  const planContent = { [planMediaType]: { schema: { $ref: "#/components/schemas/PlanAnswer" } } };
  const failures = {
    ...(operation.scope === null
      ? {}
      : {
          "401": { $ref: "#/components/responses/Unauthenticated" },
          "403": { $ref: "#/components/responses/Forbidden" },
        }),
    default: { $ref: "#/components/responses/Error" },
  };
  if (operation.events !== undefined) {
    const event = operation.events["~standard"].jsonSchema.output({ target });
    const content = {
      "text/event-stream": {
        schema: {
          type: "string",
          description:
            "Server-sent events: `id` is the seq to resume behind, `event` the type, `data` one event as JSON. A record with an id and no data moves the cursor; `aomori.cursor` is the last record of a client that reads too slowly.",
        },
        "x-item-schema": components.add(event, "Event"),
      },
    };
    return { [status]: { description: "Events as they happen", content }, ...failures };
  }
  const schema = components.add(
    operation.output["~standard"].jsonSchema.output({ target }),
    "Output",
  );
  const content = { "application/json": { schema } };
  if (!planned) return { [status]: { description: "Done", content }, ...failures };
  const success =
    status === "200"
      ? { "200": { description: "Done, or planned", content: { ...content, ...planContent } } }
      : {
          "200": { description: "Planned", content: planContent },
          [status]: { description: "Done", content },
        };
  return { ...success, ...failures };
}

function describeOperation(
  operation: Operation,
  http: NonNullable<Operation["http"]>,
  input: JsonObject,
  responses: JsonObject,
): JsonObject {
  const { parameters, requestBody } = splitInput(http, input);
  const all = [
    ...parameters,
    ...(operation.effects.dryRun === true ? [dryRunParameter] : []),
    ...(operation.effects.idempotencyKey === true
      ? [header("Idempotency-Key", "the same key and request again answer with the first result")]
      : []),
    ...(operation.events === undefined
      ? []
      : [header("Last-Event-ID", "seq to continue behind; wins over `after`")]),
  ];
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [operation.id.split(".")[0]],
    ...(operation.scope === null ? { security: [] } : { "x-scope": operation.scope }),
    ...(operation.errors === undefined ? {} : { "x-error-codes": operation.errors }),
    ...(all.length === 0 ? {} : { parameters: all }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses,
  };
}

const errorResponse = (description: string): JsonObject => ({
  description,
  content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorAnswer" } } },
});

/** The OpenAPI 3.1.0 document of every operation with an `http` binding; pure, and in the order given. */
export function toOpenApi(
  operations: readonly Operation[],
  options: OpenApiOptions,
): OpenApiDocument {
  const components = new JsonSchemaComponents();
  const bound = operations.flatMap((operation) =>
    operation.http === undefined ? [] : [{ operation, http: operation.http }],
  );
  const responses = new Map(
    bound.map(({ operation }) => [operation.id, answers(operation, components)]),
  );
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const { operation, http } of bound) {
    const input = inputSchema(operation, components);
    const item = (paths[http.path] ??= {});
    item[http.method.toLowerCase()] = describeOperation(
      operation,
      http,
      input,
      responses.get(operation.id) ?? {},
    );
  }
  const tags = new Set(bound.map(({ operation }) => operation.id.split(".")[0]));
  return {
    openapi: "3.1.0",
    info: {
      title: options.title,
      version: options.version,
      ...(options.description === undefined ? {} : { description: options.description }),
    },
    ...(options.serverUrl === undefined ? {} : { servers: [{ url: options.serverUrl }] }),
    tags: [...tags].map((name) => ({ name })),
    security: [{ apiKey: [] }],
    paths,
    components: {
      schemas: { ...components.schemas, PlanAnswer: plan, ErrorAnswer: errorAnswer },
      responses: {
        Unauthenticated: errorResponse("The key is missing, unknown, expired or revoked"),
        Forbidden: errorResponse("The key lacks the operation's scope"),
        Error: errorResponse("Anything else; the body says what and what to do next"),
      },
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          ...(options.bearerFormat === undefined ? {} : { bearerFormat: options.bearerFormat }),
        },
      },
    },
  };
}
