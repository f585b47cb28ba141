export { defineOperation, pathParameters } from "./define-operation.ts";
export type {
  CliBinding,
  Effects,
  HttpBinding,
  HttpMethod,
  Operation,
  StreamOperation,
  UnaryOperation,
} from "./define-operation.ts";
export type {
  JsonSchemaOptions,
  Schema,
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
} from "./standard-schema.ts";
export { planMediaType, toOpenApi } from "./openapi.ts";
export type { OpenApiDocument, OpenApiOptions } from "./openapi.ts";
export type { JsonObject } from "./json-schema-components.ts";
