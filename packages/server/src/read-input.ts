import { fromWire } from "@aomori/contract";
import type { Camel } from "@aomori/contract";
import { pathParameters } from "@aomori/operation";
import type { Operation } from "@aomori/operation";
import { UserError } from "@aomori/protocol";
import * as z from "zod";
import { nearest } from "./nearest.ts";

/** The parts of a request an input is made of, unread. */
export interface RawInput {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface Issue {
  readonly path: string;
  readonly message: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const number = /^-?\d+(\.\d+)?$/;

/** Text of a query as the type its schema names; what does not fit stays text for the schema to refuse. */
function coerce(value: unknown, type: unknown): unknown {
  if (type === "array") return Array.isArray(value) ? value : [value];
  if (typeof value !== "string") return value;
  if ((type === "integer" || type === "number") && number.test(value)) return Number(value);
  if (type === "boolean" && (value === "true" || value === "1")) return true;
  if (type === "boolean" && (value === "false" || value === "0")) return false;
  return value;
}

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join(".");

const unitOf: Readonly<Record<string, string>> = { string: "characters", array: "entries" };

/** What a caller reads of a value that is too small or too big; other issues say it well themselves. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "too_small" && issue.code !== "too_big") return issue.message;
  const [word, limit] =
    issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum];
  const unit = unitOf[issue.origin];
  if (issue.inclusive === false) return issue.message;
  if (unit === undefined) return `must be ${word} ${limit}`;
  if (issue.code === "too_small" && limit === 1) return "must not be empty";
  return `must have ${word} ${limit} ${unit}`;
}

function failed(issues: readonly Issue[]): UserError {
  const lines = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new UserError("validation", "VALIDATION_FAILED", lines.join("; "), {
    details: { issues },
  });
}

/** Types by field of an operation's input, from its JSON Schema. */
function fieldTypes(operation: Operation): ReadonlyMap<string, unknown> {
  const schema = operation.input["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  return new Map(
    Object.entries(properties).map(([name, field]) => [
      name,
      isRecord(field) ? field["type"] : undefined,
    ]),
  );
}

function unknownField(name: string, known: Iterable<string>): Issue {
  const near = nearest(name, [...known]);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return { path: name, message: `there is no such field${hint}` };
}

/**
 * Reads an operation's input from path, query (GET and DELETE) or JSON body, parsed once by its schema;
 * answers in camelCase. Throws VALIDATION_FAILED with every issue and its path. Unknown fields are issues:
 * ignoring one would do something else than was asked.
 */
export function inputReader<Input extends z.ZodType>(
  operation: Operation & { readonly input: Input },
): (raw: RawInput) => Camel<z.output<Input>> {
  const inQuery = operation.http?.method === "GET" || operation.http?.method === "DELETE";
  const inPath = pathParameters(operation.http?.path ?? "/");
  let types: ReadonlyMap<string, unknown> | undefined;
  return (raw) => {
    types ??= fieldTypes(operation);
    const sent = inQuery ? raw.query : (raw.body ?? {});
    if (!isRecord(sent)) throw failed([{ path: "", message: "the body must be a JSON object" }]);
    const input: Record<string, unknown> = {};
    const strangers: Issue[] = [];
    for (const [name, value] of Object.entries(sent)) {
      if (!types.has(name) || inPath.includes(name)) {
        strangers.push(unknownField(name, types.keys()));
      } else input[name] = inQuery ? coerce(value, types.get(name)) : value;
    }
    const path = isRecord(raw.path) ? raw.path : {};
    for (const name of inPath) input[name] = coerce(path[name], types.get(name));
    const parsed = z.safeParse(operation.input, input);
    const issues = (parsed.error?.issues ?? []).map((issue) => ({
      path: pathOf(issue.path),
      message: messageOf(issue),
    }));
    if (!parsed.success || strangers.length > 0) throw failed([...strangers, ...issues]);
    return fromWire(operation.input, parsed.data);
  };
}
